/** The alerts of the built-in rules in the language of the page; those of others are told as the server tells them. */
import { m } from '../../paraglide/messages.js';
import type { Alert } from '../../protocol/status.ts';
import { share, took } from './format.ts';

interface AlertWords {
	message: (numbers: { value: string }) => string;
	advice: () => string;
	/** Of its figure. */
	write: (value: number) => string;
}

/** As whole percent: an alert is no place for more. */
const percent = (value: number) => share(Math.round(value * 100) / 100);

const rules: Record<string, AlertWords> = {
	'connections-full': {
		message: m.status_alert_connections_full,
		advice: m.status_alert_connections_full_advice,
		write: percent,
	},
	connections: { message: m.status_alert_connections, advice: m.status_alert_connections_advice, write: percent },
	errors: { message: m.status_alert_errors, advice: m.status_alert_errors_advice, write: percent },
	memory: { message: m.status_alert_memory, advice: m.status_alert_memory_advice, write: percent },
	response: { message: m.status_alert_response, advice: m.status_alert_response_advice, write: took },
	'loop-delay': { message: m.status_alert_loop_delay, advice: m.status_alert_loop_delay_advice, write: took },
	recovery: { message: m.status_alert_recovery, advice: m.status_alert_recovery_advice, write: percent },
	fallback: { message: m.status_alert_fallback, advice: m.status_alert_fallback_advice, write: percent },
	'close-burst': { message: m.status_alert_close_burst, advice: m.status_alert_close_burst_advice, write: percent },
	'log-failing': { message: m.status_alert_log_failing, advice: m.status_alert_log_failing_advice, write: String },
	'log-slow': { message: m.status_alert_log_slow, advice: m.status_alert_log_slow_advice, write: took },
	'close-age': { message: m.status_alert_close_age, advice: m.status_alert_close_age_advice, write: percent },
};

export function alertWords({ rule, value, message, advice }: Alert): { message: string; advice: string } {
	const words = rules[rule];
	return words ? { message: words.message({ value: words.write(value) }), advice: words.advice() } : { message, advice };
}
