/** What the badge and the banner say in each state, and when. */
import { describe, expect, it } from 'bun:test';
import type { ConnectionState, Diagnosis, Drop } from '../../../src/lib/client/types.ts';
import type { Verdict } from '../../../src/lib/client/verdicts.ts';
import type { ErrorClass } from '../../../src/lib/protocol/codes.ts';
import { adviceOf, present, type Situation } from '../../../src/lib/stores/presentation.ts';

const situation: Situation = {
	now: 100_000,
	online: true,
	lostAt: 100_000,
	wokeAt: 0,
	last: 'websocket',
	retriedAt: null,
	restoredAt: null,
	behind: 0,
	advice: null,
};
const drop = (errorClass: ErrorClass): Drop => ({ code: 1006, class: errorClass, reason: 'It broke.', retryAfterMs: 0 });
const connected = (connectionType: 'websocket' | 'http' = 'websocket', since = 90_000): ConnectionState => ({
	name: 'connected',
	since,
	connectionType,
	transport: connectionType === 'websocket' ? 'websocket' : 'long-polling',
	welcome: {
		type: 'welcome',
		version: 1,
		session: 's',
		connection: 'c',
		user: { id: 'u', name: 'Ann' },
		resumed: false,
		server: { node: 'n', boot: 'b', version: '0' },
		heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
		limits: { frameBytes: 65_536, inFlight: 64 },
		spreadMs: 0,
	},
});
const waiting = (ms: number, errorClass: ErrorClass = 'connection'): ConnectionState => ({
	name: 'disconnected',
	since: 100_000,
	attempt: 1,
	retryAt: 100_000 + ms,
	cause: drop(errorClass),
});
const connecting: ConnectionState = { name: 'connecting', since: 100_000, attempt: 1, cause: drop('connection') };
const first: ConnectionState = { name: 'connecting', since: 100_000, attempt: 0, cause: null };
const closed = (errorClass: ErrorClass): ConnectionState => ({ name: 'closed', since: 0, cause: drop(errorClass) });

describe('up', () => {
	it('says what it goes over, with a shape for each', () => {
		expect(present(connected(), situation)).toEqual({ badge: { icon: 'dot', tone: 'good', text: 'Live' }, banner: null });
		expect(present(connected('http'), situation).badge).toMatchObject({ icon: 'half', text: 'Live · compatibility mode' });
	});

	it('counts what is still to come only when there is much of it', () => {
		expect(present(connected(), { ...situation, behind: 250 }).badge.text).toBe('Catching up… 250 messages');
		expect(present(connected(), { ...situation, behind: 3 }).badge.text).toBe('Catching up…');
		expect(present(connected('websocket', 99_900), { ...situation, behind: 3 }).badge.text).toBe('Live');
	});

	it('says "Back online" for three seconds, if there was a banner before', () => {
		expect(present(connected(), { ...situation, restoredAt: 98_000 }).banner).toMatchObject({
			tone: 'good',
			text: 'Back online',
		});
		expect(present(connected(), { ...situation, restoredAt: 97_000 }).banner).toBeNull();
	});

	it('takes no notice of what the browser says of the network', () => {
		expect(present(connected(), { ...situation, online: false }).badge.text).toBe('Live');
	});
});

describe('down', () => {
	const after = (ms: number): Situation => ({ ...situation, now: 100_000 + ms });

	it('cut -> nothing -> badge after a second -> banner after five', () => {
		const shown = [500, 1_000, 4_999, 5_000].map((ms) => {
			const { badge, banner } = present(waiting(1_000), after(ms));
			return [badge.text, banner?.text ?? null];
		});
		expect(shown).toEqual([
			['Live', null],
			['Reconnecting…', null],
			['Reconnecting…', null],
			['Reconnecting', 'Can’t reach the server.'],
		]);
	});

	it('a first connection is not called a reconnection', () => {
		expect(present(first, { ...after(100), last: null }).badge).toMatchObject({ icon: 'spinner', text: 'Connecting…' });
		expect(present(first, { ...after(6_000), last: null })).toMatchObject({
			badge: { icon: 'ring', text: 'Connecting' },
			banner: { text: 'Can’t reach the server.', progress: 'Connecting…', busy: true },
		});
	});

	it('counts down long pauses only, and never to nought', () => {
		expect(present(waiting(12_000), after(5_500)).banner?.progress).toBe('Next try in 7 s.');
		expect(present(waiting(12_000), after(13_000)).banner?.progress).toBe('Next try in 1 s.');
		expect(present(waiting(4_000), after(5_000)).banner?.progress).toBe('Reconnecting soon…');
	});

	it('the announced text stays the same while attempts come and go', () => {
		const texts = [waiting(12_000), connecting, waiting(2_000)].map((state) => present(state, after(6_000)).banner?.text);
		expect(new Set(texts).size).toBe(1);
	});

	it('"Retry now" answers with five seconds of "Connecting…"', () => {
		const asked = { ...after(8_000), retriedAt: 107_000 };
		expect(present(waiting(30_000), asked).banner).toMatchObject({ progress: 'Connecting…', busy: true });
		expect(present(waiting(30_000), { ...asked, now: 112_000 }).banner).toMatchObject({
			progress: 'Next try in 18 s.',
			busy: false,
		});
	});

	it('waking up begins the grace anew, and admits at once that it is connecting', () => {
		const woken = { ...after(60_000), wokeAt: 159_900 };
		expect(present(waiting(1_000), woken)).toMatchObject({ badge: { text: 'Reconnecting…' }, banner: null });
	});

	it('offline is another fact than unreachable, and shows at once', () => {
		const view = present(waiting(1_000), { ...situation, online: false });
		expect(view.badge).toMatchObject({ icon: 'offline', text: 'Offline' });
		expect(view.banner?.text).toBe('You’re offline. Messages will be sent when you’re back.');
	});

	it.each([
		['restart', 'The server is restarting.'],
		['overload', 'The server is busy.'],
		['rate-limit', 'Too many requests: slowing down.'],
	] as const)('%s has words of its own', (errorClass, text) => {
		expect(present(waiting(12_000, errorClass), after(6_000)).banner?.text).toBe(text);
	});
});

describe('closed', () => {
	it.each([
		['auth', 'Signed out', 'reload'],
		['version', 'Update needed', 'reload'],
		['replaced', 'Open elsewhere', 'reload'],
		['forbidden', 'No access', null],
		['protocol', 'Stopped', 'reload'],
	] as const)('%s -> %s', (errorClass, text, action) => {
		const { badge, banner } = present(closed(errorClass), situation);
		expect(badge).toEqual({ icon: 'lock', tone: 'bad', text });
		expect(banner).toMatchObject({ tone: 'bad', action, busy: false });
	});

	it('closing it ourselves is no trouble', () => {
		expect(present({ name: 'closed', since: 0, cause: null }, situation).banner).toBeNull();
	});
});

describe('advice', () => {
	const diagnosis = (verdict: Verdict): Diagnosis => ({
		verdict,
		summary: '',
		evidence: [],
		advice: '',
		findings: { case: verdict, seconds: null, back: false, found: [] },
		at: 0,
	});
	it('comes with trouble that lasts, and only the line for the person', () => {
		const advice = adviceOf(diagnosis('overloaded'));
		const after = (ms: number) => present(waiting(9_000, 'overload'), { ...situation, now: 100_000 + ms, advice }).banner;
		expect(after(14_000)).toMatchObject({ advice: null });
		expect(after(15_000)).toMatchObject({
			text: 'The server is busy.',
			advice: 'Nothing to do: it tries again by itself, and what you write is kept.',
		});
	});

	it('is left out where the banner says it already, or nobody knows any', () => {
		expect((['offline', 'cut', 'healthy'] as const).map((verdict) => adviceOf(diagnosis(verdict)))).toEqual([null, null, null]);
		expect(adviceOf(null)).toBeNull();
	});
});
