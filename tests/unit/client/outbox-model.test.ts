/** A whole client and a whole server against a model, under random faults: every message is stored exactly once, in order, or reported. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { createMemoryOutboxStore } from '../../../src/lib/client/outbox-store.ts';
import { follow, setup } from './harness.ts';

const step = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({ do: fc.constant('send' as const), room: fc.nat(2), times: fc.integer({ min: 1, max: 8 }) }),
	},
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 5, 12, 40, 400, 2_000) }) },
	{
		weight: 2,
		arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'restart' as const, 'silence' as const, 'reload' as const) }),
	},
	{
		weight: 2,
		arbitrary: fc.record({ do: fc.constantFrom('edit' as const, 'discard' as const), room: fc.nat(2), which: fc.nat(9) }),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('write' as const), room: fc.nat(2), lost: fc.boolean() }) },
);
/** How the server takes publishes, one answer after the other, round and round. */
const mood = fc.constantFrom('take', 'take', 'take', 'lose-ack', 'later', 'soon', 'never');
type Drawn<Of> = Of extends fc.Arbitrary<infer Value> ? Value : never;
type Outcome = 'stored' | 'failed' | 'open';

describe('outbox model', () => {
	it('random refusals, edits, deletions, lost acks, cuts, silence, reloads, forgotten fan-outs', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(step, { minLength: 5, maxLength: 40 }),
				fc.array(mood, { minLength: 1, maxLength: 12 }),
				fc.nat(),
				run,
			),
			{ numRuns: Number(process.env.RUNS ?? 150) },
		);
	}, 60_000);
});

async function run(steps: Drawn<typeof step>[], moods: Drawn<typeof mood>[], seed: number) {
	const { clock, server, create } = setup({
		store: createMemoryOutboxStore(),
		heartbeatInterval: 2_000,
		heartbeatTimeout: 1_000,
	});
	clock.chance = null;
	clock.early = (seed % 3) / 4;
	for (let skip = seed % 97; skip > 0; skip--) clock.random();
	let turn = 0;
	const nextMood = () => moods[turn++ % moods.length] ?? 'take';
	let calm = false;
	server.welcome = { limits: { frameBytes: 65_536, inFlight: 5 } };
	server.refuse = () => {
		const now = calm ? 'take' : nextMood();
		if (now === 'later') return { code: 'rate-limited', retry: true, retryAfterMs: 300 };
		if (now === 'soon') return { code: 'storage', retry: true, retryAfterMs: 1 };
		return now === 'never' ? { code: 'invalid-data', retry: false } : null;
	};
	server.loseAck = () => !calm && nextMood() === 'lose-ack';
	const outcomes = new Map<string, Outcome>();
	/** What a message said last: each edit adds a mark. */
	const latest = new Map<string, string>();
	const nameOf = (data: unknown) => String(data).replace(/\+*$/, '');
	const rooms = ['room-0', 'room-1', 'room-2'];
	const start = () => {
		const client = create();
		client.on('outbox', ({ data, status }) => {
			if (status === 'stored' || status === 'failed') outcomes.set(nameOf(data), status);
		});
		const views = rooms.map((room) => follow(client, room));
		client.connect();
		return { client, views };
	};
	let life = start();
	let number = 0;
	for (const each of steps) {
		if (each.do === 'send') {
			for (let times = each.times; times > 0; times--) {
				const data = `${each.room}/${number++}`;
				outcomes.set(data, 'open');
				latest.set(data, data);
				life.client.send(`room-${each.room}`, 'chat', data);
			}
		} else if (each.do === 'wait') await clock.advance(each.ms);
		else if (each.do === 'write') server.write(`room-${each.room}`, `other/${number++}`, { lost: each.lost });
		else if (each.do === 'edit' || each.do === 'discard') {
			const waiting = life.client.outbox(`room-${each.room}`);
			const item = waiting[each.which % waiting.length];
			if (!item) continue;
			const [unsent, name] = [life.client.isUnsent(item), nameOf(item.data)];
			if (each.do === 'discard') expect(life.client.discard(item)).toBe(unsent || item.status === 'failed');
			else {
				expect(life.client.edit(item, `${item.data}+`)).toBe(unsent);
				if (unsent) latest.set(name, `${item.data}+`);
			}
		} else if (each.do === 'reload') {
			// As a crash would: the connection is cut before the old page can say goodbye.
			for (const connection of server.connections) connection.over = true;
			life.client.close();
			life = start();
		} else if (server.connections.length > 0) {
			if (each.do === 'silence') server.last.silent = true;
			else server.last.close(each.do === 'cut' ? 1006 : 1012);
		}
	}
	calm = true;
	await clock.advance(120_000);
	life.client.retryNow();
	await clock.advance(120_000);

	const { client, views } = life;
	expect([...outcomes].filter(([, outcome]) => outcome === 'open')).toEqual([]);
	for (const [index, room] of rooms.entries()) {
		const log = server.log(room).messages.map(({ data }) => String(data));
		const mine = log.filter((data) => !data.startsWith('other/'));
		const accepted = [...outcomes]
			.filter(([data, outcome]) => outcome === 'stored' && data.startsWith(`${index}/`))
			.map(([data]) => latest.get(data) ?? data);
		// Once each, in the order of sending, and exactly those that were reported as stored.
		expect(mine).toEqual(accepted);
		expect(client.outbox(room).every(({ status }) => status === 'failed')).toBe(true);
		// What a subscriber saw is dense, and reaches the head.
		const offsets = views[index]?.offsets() ?? [];
		expect(offsets).toEqual(offsets.map((_, place) => (offsets[0] ?? 1) + place));
		expect(offsets.at(-1) ?? log.length).toBe(log.length);
	}
	client.close();
	await clock.advance(20);
	expect(clock.pending).toBe(0);
}
