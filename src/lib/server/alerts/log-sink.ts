/** Alerts as lines of the server's log, each as grave as its alert. */
import type { Alert } from '../../protocol/status.ts';
import type { Logger } from '../logging.ts';
import type { AlertSink } from './alerts.ts';

export const logSink = (logger: Logger): AlertSink => ({
	raised: ({ rule, level, message, value, threshold, advice }: Alert) =>
		logger[level]('alert {rule}: {what}', { rule, what: message, value, threshold, advice }),
	cleared: ({ rule, value, worst, raisedAt, clearedAt }: Alert) =>
		logger.info('alert {rule} is over after {seconds} s', {
			rule,
			value,
			worst,
			seconds: Math.round(((clearedAt ?? raisedAt) - raisedAt) / 1_000),
		}),
});
