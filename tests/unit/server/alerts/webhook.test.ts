/** The webhook against a receiver that takes, fails, hangs and comes back: in order, bounded, and without a word of its URL. */
import { afterEach, describe, expect, it } from 'bun:test';
import type { Alert } from '../../../../src/lib/protocol/status.ts';
import { Webhook } from '../../../../src/lib/server/alerts/webhook.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { until } from '../../../support/until.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

const alert = (rule: string): Alert => ({
	rule,
	level: 'warn',
	message: 'The process holds 90 % of the memory that there is.',
	advice: 'Give it more.',
	metric: 'memoryShare',
	value: 0.9,
	worst: 0.9,
	threshold: 0.85,
	raisedAt: 1_763_600_000_000,
	clearedAt: null,
});

/** Bounds of a request and of closing: the other timers are pauses. */
const REQUEST = 10_000;
const CLOSE = 2_000;

type Answer = (request: Request) => Response | Promise<Response>;
const status = (code: number, headers: Record<string, string> = {}) => new Response(null, { status: code, headers });
const ok: Answer = () => status(204);

/** A receiver that answers each request by the next of `answers`, then takes all; and a webhook that tells it. */
function receiver(...answers: Answer[]) {
	const bodies: { event: string; alert: Alert; server: unknown; text: string }[] = [];
	const server = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		idleTimeout: 0,
		async fetch(request) {
			bodies.push(JSON.parse(await request.text()));
			return (answers.shift() ?? ok)(request);
		},
	});
	closing.push(() => server.stop(true));
	return { bodies, server, ...hook(`http://127.0.0.1:${server.port}/in?key=hush`, () => bodies.map((each) => each.alert.rule)) };
}
function hook(url: string, told: () => string[] = () => []) {
	const clock = new FakeClock();
	const pauses: number[] = [];
	const dropped: string[] = [];
	const failures: unknown[] = [];
	const webhook = new Webhook({
		url,
		server: { node: 'n-1' },
		clock: {
			now: clock.now,
			wall: clock.wall,
			random: () => clock.random(),
			setTimeout(run, ms) {
				if (ms !== REQUEST && ms !== CLOSE) pauses.push(ms);
				return clock.setTimeout(run, ms);
			},
		},
		report: (_, error) => failures.push(error),
		dropped: ({ event, alert }, reason) => dropped.push(`${event} ${alert.rule}: ${reason}`),
	});
	closing.push(() => expect(failures).toEqual([]));
	/** The next pause between two tries has begun. */
	const paused = async () => {
		await until(() => pauses.length > 0, 'it pauses');
		return pauses.shift() ?? 0;
	};
	return { clock, dropped, webhook, told, paused };
}

describe('a webhook', () => {
	it('raised and cleared -> two posts of JSON, in order, each with a line for chat services', async () => {
		const { webhook, bodies } = receiver();
		webhook.raised(alert('memory'));
		webhook.cleared({ ...alert('memory'), clearedAt: 1_763_600_100_000 });
		await until(() => bodies.length === 2);
		expect(bodies).toEqual([
			{
				event: 'raised',
				alert: alert('memory'),
				server: { node: 'n-1' },
				text: 'WARN memory: The process holds 90 % of the memory that there is. Give it more.',
			},
			{
				event: 'cleared',
				alert: { ...alert('memory'), clearedAt: 1_763_600_100_000 },
				server: { node: 'n-1' },
				text: 'over: memory (The process holds 90 % of the memory that there is.)',
			},
		]);
	});

	it('it fails, fails again, recovers -> told after 1 s and 2 s less the jitter, what came later after it', async () => {
		const { webhook, clock, told, dropped, paused } = receiver(
			() => status(500),
			() => status(503),
			ok,
		);
		webhook.raised(alert('first'));
		webhook.raised(alert('second'));
		for (const pause of [750, 1_500]) {
			expect(await paused()).toBe(pause);
			await clock.advance(pause);
		}
		await until(() => told().length === 4);
		expect(told()).toEqual(['first', 'first', 'first', 'second']);
		expect(dropped).toEqual([]);
	});

	it('it hangs -> given up after 10 s, tried again', async () => {
		const { webhook, clock, told, paused } = receiver(() => new Promise(() => {}));
		webhook.raised(alert('memory'));
		await until(() => told().length === 1);
		await clock.advance(REQUEST);
		await clock.advance(await paused());
		await until(() => told().length === 2);
	});

	it('it asks for patience -> waits as long as it is asked, a minute at most', async () => {
		const { webhook, clock, told, paused } = receiver(
			() => status(429, { 'retry-after': '20' }),
			() => status(429, { 'retry-after': '86400' }),
		);
		webhook.raised(alert('memory'));
		for (const pause of [20_000, 60_000]) {
			expect(await paused()).toBe(pause);
			await clock.advance(pause);
		}
		await until(() => told().length === 3);
	});

	it.each([400, 401, 404, 410, 301])('it answers %i -> not asked twice, the next one is told', async (code) => {
		const { webhook, told, dropped } = receiver(() => status(code, { location: 'http://127.0.0.1:1/' }));
		webhook.raised(alert('first'));
		webhook.raised(alert('second'));
		await until(() => told().length === 2);
		expect(told()).toEqual(['first', 'second']);
		expect(dropped).toEqual([`raised first: it answered ${code}`]);
	});

	it('nobody is there -> given up after ten tries, said without the URL', async () => {
		const { clock, webhook, dropped, paused } = hook('http://127.0.0.1:1/in?key=hush');
		webhook.raised(alert('memory'));
		for (let tries = 1; tries < 10; tries++) await clock.advance(await paused());
		await until(() => dropped.length === 1);
		expect(dropped).toEqual(['raised memory: ECONNREFUSED']);
	});

	it('a hundred wait -> one more is dropped and said, the hundred are told', async () => {
		let release = () => {};
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		const { webhook, told, dropped } = receiver(() => held.then(() => status(204)));
		for (let n = 1; n <= 101; n++) webhook.raised(alert(`rule-${n}`));
		expect(dropped).toEqual(['raised rule-101: 100 others wait']);
		release();
		await until(() => told().length === 100);
		expect(told()).toEqual(Array.from({ length: 100 }, (_, n) => `rule-${n + 1}`));
	});
});

describe('closing a webhook', () => {
	it('during a pause -> one more try at once, and what waits after it', async () => {
		const { webhook, clock, told, dropped, paused } = receiver(() => status(500));
		webhook.raised(alert('first'));
		webhook.cleared(alert('first'));
		await paused();
		await webhook.close();
		expect(told()).toEqual(['first', 'first', 'first']);
		webhook.raised(alert('late'));
		expect(dropped).toEqual(['raised late: the server is stopping']);
		expect(clock.pending).toBe(0);
	});

	it('the receiver hangs -> over after 2 s, twice over', async () => {
		const { webhook, clock, told, dropped } = receiver(() => new Promise(() => {}));
		webhook.raised(alert('first'));
		webhook.raised(alert('second'));
		await until(() => told().length === 1);
		const closed = webhook.close();
		expect(webhook.close()).toBe(closed);
		await clock.advance(CLOSE);
		await closed;
		expect(dropped.map((line) => line.split(':')[0])).toEqual(['raised first', 'raised second']);
		expect(clock.pending).toBe(0);
	});

	it('with nothing to tell -> at once', async () => {
		const { webhook } = hook('http://127.0.0.1:1/');
		await webhook.close();
	});
});
