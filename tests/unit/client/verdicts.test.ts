/** From facts to one verdict, and from it to words: every verdict of the list is reached, and says its numbers. */
import { describe, expect, it } from 'bun:test';
import { findingsOf } from '../../../src/lib/client/findings.ts';
import {
	type Close,
	type Facts,
	fixedAge,
	type TicketAnswer,
	type Verdict,
	verdictOf,
	verdicts,
} from '../../../src/lib/client/verdicts.ts';
import { wordsOf as inEnglish } from '../../../src/lib/client/words.ts';
import { classOfClose, classOfError, type ErrorCode } from '../../../src/lib/protocol/codes.ts';

const wordsOf = (verdict: Verdict, facts: Facts) => inEnglish(findingsOf(verdict, facts));

const now = 1_763_600_000_000;
const close = (code: number, given: Partial<Close> = {}): Close => ({
	at: now - 5_000,
	code,
	class: classOfClose(code),
	reason: 'It broke.',
	transport: 'websocket',
	ageMs: 42_000,
	silentMs: 1_000,
	...given,
});
const failed = (code: number, given: Partial<Close> = {}) => close(code, { ageMs: null, silentMs: 0, ...given });
const healthy: Facts = {
	at: now,
	state: 'connected',
	connected: { transport: 'websocket', ms: 4_000 },
	online: true,
	closes: [],
	last: null,
	failures: 0,
	previous: null,
	rebooted: false,
	probe: { ms: 12 },
	ticket: { status: 200, ms: 5, error: null, genuine: true },
	socket: null,
};
const up = (given: Partial<Facts> = {}): Facts => ({ ...healthy, ...given });
/** Connected again after these. */
const after = (closes: Close[], given: Partial<Facts> = {}) => up({ closes, last: closes.at(-1) ?? null, ...given });
const down = (last: Close, given: Partial<Facts> = {}): Facts =>
	up({
		state: 'disconnected',
		connected: null,
		probe: null,
		ticket: null,
		last,
		closes: last.ageMs === null ? [] : [last],
		failures: last.ageMs === null ? 1 : 0,
		...given,
	});
const refusal = (status: number, code: ErrorCode, closeCode: number, retryAfterMs = 0): TicketAnswer => ({
	status,
	ms: 7,
	genuine: true,
	error: { type: 'error', code, class: classOfError(code), message: 'no', fatal: true, retryAfterMs, closeCode },
});
const unreachable: TicketAnswer = { status: 0, ms: 3, failure: 'refused' };
const answers = healthy.ticket;
const idle = [60_300, 61_000, 60_100].map((ageMs) => close(1006, { ageMs, silentMs: ageMs - 40 }));

const cases: [Verdict, string, Facts][] = [
	['healthy', 'up, nothing happened', up()],
	[
		'healthy',
		'up over HTTP, and WebSockets open',
		up({ connected: { transport: 'long-polling', ms: 9 }, socket: { opened: true, ms: 3, code: null } }),
	],
	['healthy', 'up, a drop long ago', after([close(1006, { at: now - 400_000 })])],
	['healthy', 'up after attempts that failed at the start', up({ last: failed(1006), failures: 2 })],
	[
		'healthy',
		'never connected, and all would be well',
		up({ state: 'idle', connected: null, probe: null, socket: { opened: true, ms: 3, code: null } }),
	],
	['offline', 'down, and the browser says so', down(close(1006), { online: false })],
	['offline', 'down, and nothing is answered', down(failed(1006), { online: false, ticket: unreachable })],
	['unreachable', 'an attempt failed, nobody was asked', down(failed(1006))],
	['unreachable', 'down, nothing is answered', down(failed(1006), { ticket: unreachable })],
	[
		'unreachable',
		'a proxy answers for a server that is gone',
		down(failed(1006), { ticket: { status: 502, ms: 2, error: null, genuine: false } }),
	],
	[
		'unreachable',
		'a captive portal answers',
		down(failed(1006), { ticket: { status: 200, ms: 2, error: null, genuine: false } }),
	],
	['restarted', 'the server said so', down(close(1012))],
	['restarted', 'it refuses while it stops', down(close(1006), { ticket: refusal(503, 'overloaded', 1012) })],
	['restarted', 'cut, and another process answers', after([close(1006)], { rebooted: true })],
	[
		'restarted',
		'cut, and the server says that it has just started',
		after([close(1006)], { previous: { endedBy: 'restart', code: 1006 } }),
	],
	[
		'upgrade-stripped',
		'over HTTP, and no WebSocket opens',
		up({ connected: { transport: 'event-stream', ms: 9 }, socket: { opened: false, ms: 3, code: 1006 } }),
	],
	[
		'upgrade-stripped',
		'down, HTTP answers, no WebSocket opens',
		down(failed(1006), { ticket: answers, socket: { opened: false, ms: 3, code: 1006 } }),
	],
	['upgrade-stripped', 'attempts fail, and HTTP answers', down(failed(1006), { ticket: answers, failures: 2 })],
	['cut', 'an attempt failed, and HTTP answers', down(failed(1006), { ticket: answers })],
	['idle-timeout', 'three cuts at the same age, after silence', after(idle)],
	[
		'idle-timeout',
		'three cuts after the same silence',
		after([70_000, 200_000, 31_000].map((ageMs) => close(1006, { ageMs, silentMs: 20_500 }))),
	],
	['half-open', 'the heartbeat was lost', down(close(4201))],
	['half-open', 'the server lost ours', after([close(1006)], { previous: { endedBy: 'heartbeat-timeout', code: 1006 } })],
	['half-open', 'connected, and nobody answers', up({ probe: { ms: null } })],
	['unauthenticated', 'closed with 4001', down(close(4001), { state: 'closed' })],
	['unauthenticated', 'the ticket says so', down(failed(1006), { ticket: refusal(401, 'unauthenticated', 4001) })],
	['forbidden', 'the ticket says so', down(failed(1006), { ticket: refusal(403, 'forbidden', 4003) })],
	['forbidden', 'closed with 4003, whatever is asked now', down(close(4003), { state: 'closed', ticket: answers })],
	['rate-limited', 'the ticket says so', down(failed(1006), { ticket: refusal(429, 'rate-limited', 4100, 1_500) })],
	['overloaded', 'the server is full', down(failed(4102))],
	['overloaded', 'the ticket says so', down(failed(1006), { ticket: refusal(503, 'overloaded', 4102, 5_000) })],
	['replaced', 'a newer one of this client', down(close(4005), { state: 'closed', online: false })],
	['slow-consumer', 'closed with 4101', after([close(4101)])],
	['slow-consumer', 'cut, and the server says so', after([close(1006)], { previous: { endedBy: 'slow-consumer', code: 4101 } })],
	['too-big', 'closed with 1009', after([close(1009)])],
	['too-big', 'cut, and the server says so', after([close(1006)], { previous: { endedBy: 'protocol', code: 1009 } })],
	['version', 'closed with 4009', down(failed(4009), { state: 'closed' })],
	['version', 'a protocol error', down(close(1002), { state: 'closed' })],
	['cut', 'one cut, back again', after([close(1006)], { previous: { endedBy: 'network', code: 1006 } })],
	[
		'cut',
		'another node, the same session',
		after([close(1006)], { rebooted: true, previous: { endedBy: 'network', code: 1006 } }),
	],
	['cut', 'at a fixed age amid traffic', after(idle.map((each) => ({ ...each, silentMs: 100 })))],
	['cut', 'down, nothing else known', down(close(1006))],
	['server-error', 'closed with 1011', down(close(1011))],
	['server-error', 'the ticket fails', down(failed(1006), { ticket: refusal(500, 'server-error', 1011) })],
];

describe('verdicts', () => {
	it.each(cases)('%s: %s', (verdict, _, facts) => {
		expect(verdictOf(facts)).toBe(verdict);
		const { summary, evidence, advice } = wordsOf(verdict, facts);
		for (const text of [summary, ...evidence, advice]) expect(text).toMatch(/^[A-Z“\d][\s\S]+[.”;]$/);
		expect(evidence.join()).not.toMatch(/null|undefined|NaN|Infinity/);
	});

	it('every verdict is reached', () => {
		expect([...new Set(cases.map(([verdict]) => verdict))].toSorted()).toEqual([...verdicts].toSorted());
	});

	it('nobody is told that it has connected again who is not', () => {
		expect(wordsOf('cut', down(close(1006))).advice).toContain('tries again');
		expect(wordsOf('cut', after([close(1006)])).advice).toContain('has connected again');
	});

	it('the numbers are in the evidence, and in the advice', () => {
		const { summary, evidence, advice } = wordsOf('idle-timeout', after(idle));
		expect(summary).toBe('Something in between cuts connections that are idle for 61 s.');
		expect(evidence.join('\n')).toContain('3 connections were cut at an age of 60 s to 61 s.');
		expect(advice).toContain('HEARTBEAT_INTERVAL_MS=20000');
		const refused = wordsOf('rate-limited', down(failed(1006), { ticket: refusal(429, 'rate-limited', 4100, 1_500) }));
		expect(refused.evidence).toContain(
			'GET /api/ticket answered 429 (rate-limited: no) in 7 ms, and asks for 1.5 s of patience.',
		);
	});
});

describe('a fixed age', () => {
	const cuts = (...ages: number[]) => ages.map((ageMs) => close(1006, { ageMs, silentMs: ageMs - 10 }));
	it('needs three within 5 % or 2 s, the last among them', () => {
		expect(fixedAge(cuts(60_000, 61_900, 60_500))).toMatchObject({ count: 3, from: 60_000, to: 61_900, of: 'age', silent: true });
		expect(fixedAge(cuts(20_000, 22_000, 21_000))).toMatchObject({ count: 3 });
		expect(fixedAge(cuts(60_000, 61_000))).toBeNull();
		expect(fixedAge(cuts(60_000, 64_000, 60_500))).toBeNull();
		expect(fixedAge([...cuts(60_000, 60_000, 60_000), close(1012)])).toBeNull();
		expect(fixedAge(cuts(60_000, 60_000, 60_000, 5_000))).toBeNull();
		expect(fixedAge(cuts(30, 40, 50))).toBeNull();
		expect(fixedAge([60_000, 60_000, 60_000].map((ageMs) => close(4201, { ageMs })))).toBeNull();
	});
});
