/** The rules that every server has. Each raises within a minute of its fault and is over within five minutes of its end. */
import type { Rule } from './rules.ts';

/** Where each rule begins; 0 turns it off. Shares in percent, the rest as the name says. */
export interface Thresholds {
	connectionsPercent: number;
	connectionsFullPercent: number;
	errorsPercent: number;
	memoryPercent: number;
	responseMs: number;
	loopDelayMs: number;
	recoveryPercent: number;
	fallbackPercent: number;
	closeBurstPercent: number;
	logFailingSeconds: number;
	commitMs: number;
	closeAgePercent: number;
}

const SECOND = 1_000;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const duration = (ms: number) => (ms < 10 * SECOND ? `${Math.round(ms)} ms` : `${Math.round(ms / SECOND)} s`);

/** Wrong from a share on, well again once it is a tenth lower. */
const fromShare = (inPercent: number) => ({
	comparison: 'above' as const,
	threshold: inPercent / 100,
	clear: (inPercent / 100) * 0.9,
});
/** Wrong from a time on, well again once it is a fifth lower. */
const fromMs = (ms: number) => ({ comparison: 'above' as const, threshold: ms, clear: ms * 0.8 });

export function builtInRules(thresholds: Thresholds): Rule[] {
	const rules: (Rule & { from: number })[] = [
		{
			name: 'connections-full',
			metric: 'connectionShare',
			from: thresholds.connectionsFullPercent,
			...fromShare(thresholds.connectionsFullPercent),
			forMs: 10 * SECOND,
			clearForMs: 30 * SECOND,
			level: 'error',
			message: (value) => `${percent(value)} of the connections that may be open at once are: the next people are turned away.`,
			advice: 'Raise MAX_CONNECTIONS if the host has memory for more, or look in the connections for somebody who opens many.',
		},
		{
			name: 'connections',
			metric: 'connectionShare',
			from: thresholds.connectionsPercent,
			...fromShare(thresholds.connectionsPercent),
			// Longer than the graver one above, so that a sudden crowd is one alert.
			forMs: 15 * SECOND,
			clearForMs: 30 * SECOND,
			level: 'warn',
			message: (value) => `${percent(value)} of the connections that may be open at once are.`,
			advice: 'Raise MAX_CONNECTIONS before it is reached: beyond it people are turned away.',
			unless: ['connections-full'],
		},
		{
			name: 'errors',
			metric: 'errorShare',
			from: thresholds.errorsPercent,
			...fromShare(thresholds.errorsPercent),
			// Longer than the figure remembers: one client's bad moment is not an alert.
			forMs: 35 * SECOND,
			clearForMs: 60 * SECOND,
			level: 'warn',
			// Each write that fails is a failure of ours, too.
			unless: ['log-failing'],
			message: (value) => `${percent(value)} of the answers were errors or refusals.`,
			advice:
				'The errors by cause tell which: `rate-limit` is somebody who sends too much, `protocol` or `version` an old page, `server-error` a bug whose stack is in the log.',
		},
		{
			name: 'memory',
			metric: 'memoryShare',
			from: thresholds.memoryPercent,
			...fromShare(thresholds.memoryPercent),
			forMs: 30 * SECOND,
			clearForMs: 60 * SECOND,
			level: 'warn',
			message: (value) => `The process holds ${percent(value)} of the memory that there is.`,
			advice:
				'Give the host or container more memory or lower MAX_CONNECTIONS; slow readers (buffered bytes in the connections) hold most. Past the limit the system ends the process.',
		},
		{
			name: 'response',
			metric: 'responseMs',
			from: thresholds.responseMs,
			...fromMs(thresholds.responseMs),
			// Longer than the rules that name a cause of it.
			forMs: 45 * SECOND,
			clearForMs: 60 * SECOND,
			level: 'warn',
			unless: ['log-failing', 'log-slow', 'loop-delay'],
			message: (value) => `One message in twenty waits ${duration(value)} or longer for its acknowledgement.`,
			advice: 'Look at the commit time (a slow disk), the delay of the event loop and the CPU (too much work for one process).',
		},
		{
			name: 'loop-delay',
			metric: 'loopDelayMs',
			from: thresholds.loopDelayMs,
			...fromMs(thresholds.loopDelayMs),
			forMs: 20 * SECOND,
			clearForMs: 60 * SECOND,
			level: 'warn',
			message: (value) => `The event loop stood still for ${duration(value)}, again and again.`,
			advice:
				'Something computes for long in the server’s own thread, or the host has too little CPU: look at the CPU and at code of yours in routes and hooks.',
		},
		{
			name: 'recovery',
			metric: 'recoveryShare',
			from: thresholds.recoveryPercent,
			comparison: 'below',
			threshold: thresholds.recoveryPercent / 100,
			clear: (1 + thresholds.recoveryPercent / 100) / 2,
			forMs: 20 * SECOND,
			clearForMs: 60 * SECOND,
			level: 'warn',
			message: (value) => `Only ${percent(value)} of the rooms that clients returned to could be resumed without a gap.`,
			advice:
				'After a restored backup this is expected and passes. Else rooms keep too little for the time that people are away: raise RETENTION_MESSAGES or RETENTION_DAYS.',
		},
		{
			name: 'fallback',
			metric: 'fallbackShare',
			from: thresholds.fallbackPercent,
			...fromShare(thresholds.fallbackPercent),
			forMs: 30 * SECOND,
			clearForMs: 60 * SECOND,
			// It costs speed, not messages.
			level: 'info',
			message: (value) => `${percent(value)} of the clients are connected over HTTP, because WebSocket does not get through.`,
			advice: 'Let the proxy pass upgrades on /api/websocket: HTTP/1.1 with the headers Upgrade and Connection.',
		},
		{
			name: 'close-burst',
			metric: 'closeBurst',
			from: thresholds.closeBurstPercent,
			...fromShare(thresholds.closeBurstPercent),
			// It is over before it could last; and a second burst within two minutes is the same trouble.
			forMs: 0,
			clearForMs: 120 * SECOND,
			level: 'warn',
			message: (value) => `${percent(value)} of the connections broke within ten seconds.`,
			advice: 'A proxy or a network between here and them was reloaded or failed; this server went on. Look there.',
		},
		{
			name: 'log-failing',
			metric: 'logFailing',
			from: thresholds.logFailingSeconds,
			comparison: 'above',
			threshold: 1,
			clear: 0,
			forMs: thresholds.logFailingSeconds * SECOND,
			clearForMs: 30 * SECOND,
			level: 'error',
			message: () => 'The log takes no writes: no message can be sent.',
			advice:
				'Most often the disk is full: make room where DATA_DIR lies. No restart is needed, and clients keep their messages until then. The log of the server tells the reason.',
		},
		{
			name: 'log-slow',
			metric: 'commitMs',
			from: thresholds.commitMs,
			...fromMs(thresholds.commitMs),
			forMs: 35 * SECOND,
			clearForMs: 60 * SECOND,
			level: 'warn',
			message: (value) => `Writing to the log takes ${duration(value)}: everybody waits that long for their acknowledgements.`,
			advice: 'The disk under DATA_DIR is slow or busy (a backup, a neighbour on the host): move it to a faster one.',
			unless: ['log-failing'],
		},
		{
			name: 'close-age',
			metric: 'closeAgePeak',
			from: thresholds.closeAgePercent,
			...fromShare(thresholds.closeAgePercent),
			forMs: 0,
			clearForMs: 30 * SECOND,
			level: 'warn',
			message: (value, { closeAgePeakMs }) =>
				`${percent(value)} of the connections that broke did so at an age of about ${duration(closeAgePeakMs ?? 0)}: a proxy’s timeout.`,
			advice:
				'Raise the proxy’s timeout above three times HEARTBEAT_INTERVAL_MS (nginx: proxy_read_timeout and proxy_send_timeout; HAProxy: timeout tunnel; a load balancer: its idle or backend timeout), or lower HEARTBEAT_INTERVAL_MS below it.',
		},
	];
	return rules.filter(({ from }) => from > 0).map(({ from: _, ...rule }) => rule);
}
