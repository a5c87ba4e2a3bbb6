/** The alerts of a server: the built-in rules as its settings have them, told to the log and to the webhook. */
import type { Clock } from '../../clock.ts';
import type { AlertOptions } from '../alert-options.ts';
import type { Report } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { Alerts } from './alerts.ts';
import { builtInRules } from './built-in.ts';
import { logSink } from './log-sink.ts';
import { Webhook } from './webhook.ts';

interface AlertParts {
	clock: Clock;
	logger: Logger;
	report: Report;
	/** What the webhook says of where it comes from. */
	server: Record<string, string | null>;
}

/** `closeAlerts` tells the webhook what it has not been told, for 2 s at most. */
export function createAlerts({ webhookUrl, thresholds }: AlertOptions, { clock, logger, report, server }: AlertParts) {
	const webhook =
		webhookUrl === undefined
			? undefined
			: new Webhook({
					url: webhookUrl,
					server,
					clock,
					report,
					dropped: ({ event, alert: { rule } }, reason) =>
						logger.warn('the webhook was not told that the alert {rule} was {event}: {reason}', { rule, event, reason }),
				});
	const sinks = [logSink(logger), ...(webhook ? [webhook] : [])];
	const alerts = new Alerts({ rules: builtInRules(thresholds), clock, sinks, report });
	return { alerts, closeAlerts: async () => webhook?.close() };
}
