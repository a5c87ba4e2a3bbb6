/** The settings of alerts: where each built-in rule begins (0 turns it off), and the URL that is told. */
import * as v from 'valibot';
import type { Thresholds } from './alerts/built-in.ts';
import { whole } from './setting.ts';

const percent = (fallback: number) => whole(fallback, 0, 100);

export const alertSettings = {
	ALERT_WEBHOOK_URL: v.optional(
		v.pipe(
			v.string(),
			v.check(
				(text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''),
				'expected an address such as https://hooks.example.com/…',
			),
		),
	),
	ALERT_CONNECTIONS_PERCENT: percent(80),
	ALERT_CONNECTIONS_FULL_PERCENT: percent(95),
	ALERT_ERRORS_PERCENT: percent(10),
	ALERT_MEMORY_PERCENT: percent(85),
	ALERT_RESPONSE_MS: whole(1_000),
	ALERT_LOOP_DELAY_MS: whole(250),
	ALERT_RECOVERY_PERCENT: percent(90),
	ALERT_FALLBACK_PERCENT: percent(30),
	ALERT_CLOSE_BURST_PERCENT: percent(30),
	ALERT_LOG_FAILING_SECONDS: whole(5, 0, 60),
	ALERT_COMMIT_MS: whole(500),
	ALERT_CLOSE_AGE_PERCENT: percent(50),
};
const settings = v.object(alertSettings);

export interface AlertOptions {
	/** A secret. @default none */
	webhookUrl: string | undefined;
	/** @default 80, 95, 10, 85, 1000, 250, 90, 30, 30, 5, 500, 50 */
	thresholds: Thresholds;
}

export function readAlertOptions(e: v.InferOutput<typeof settings>): AlertOptions {
	return {
		webhookUrl: e.ALERT_WEBHOOK_URL,
		thresholds: {
			connectionsPercent: e.ALERT_CONNECTIONS_PERCENT,
			connectionsFullPercent: e.ALERT_CONNECTIONS_FULL_PERCENT,
			errorsPercent: e.ALERT_ERRORS_PERCENT,
			memoryPercent: e.ALERT_MEMORY_PERCENT,
			responseMs: e.ALERT_RESPONSE_MS,
			loopDelayMs: e.ALERT_LOOP_DELAY_MS,
			recoveryPercent: e.ALERT_RECOVERY_PERCENT,
			fallbackPercent: e.ALERT_FALLBACK_PERCENT,
			closeBurstPercent: e.ALERT_CLOSE_BURST_PERCENT,
			logFailingSeconds: e.ALERT_LOG_FAILING_SECONDS,
			commitMs: e.ALERT_COMMIT_MS,
			closeAgePercent: e.ALERT_CLOSE_AGE_PERCENT,
		},
	};
}
