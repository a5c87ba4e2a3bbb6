/** Several tabs of one browser against a model: opened, duplicated, reloaded, put aside and killed at random, every message is stored once, in order. */
import 'fake-indexeddb/auto';
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { createIndexedDbOutboxStore } from '../../../src/lib/client/indexed-db-store.ts';
import type { Client } from '../../../src/lib/client/types.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { Transport } from '../../../src/lib/transports/transport.ts';
import { FakeBrowser, type FakeTab, pass } from '../../support/fake-browser.ts';
import type { FakeConnection } from '../../support/fake-connection.ts';
import { setup } from './harness.ts';

const tab = fc.nat(3);
const step = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({ do: fc.constant('send' as const), tab, room: fc.nat(1), times: fc.integer({ min: 1, max: 4 }) }),
	},
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 10, 30, 250, 1_000, 2_500) }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constantFrom(
				'kill' as const,
				'reload' as const,
				'duplicate' as const,
				'cut' as const,
				'aside' as const,
				'look' as const,
			),
			tab,
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
);
/** How the server takes publishes, one answer after the other, round and round. */
const mood = fc.constantFrom('take', 'take', 'take', 'lose-ack', 'later', 'deaf');
type Drawn<Of> = Of extends fc.Arbitrary<infer Value> ? Value : never;

interface Life {
	host: FakeTab;
	client: Client;
	readonly connections: FakeConnection[];
	/** Timers that came due while it was put aside. */
	readonly frozen: (() => void)[];
	/** The database has opened, and after being put aside the lock is back: what is handed in from here on is kept at once. */
	ready: boolean;
	returning: boolean;
	aside: boolean;
	wasAside: boolean;
	/** Another one after each time that it was put aside: it may go on under another id then. */
	name: string;
	/** Handed in before that. */
	early: string[];
}

describe('outbox of several tabs, model', () => {
	it('accept, kill, reload, duplicate, put aside, take over, ack', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), fc.array(mood, { minLength: 1, maxLength: 8 }), run),
			{ numRuns: Number(process.env.RUNS ?? 100) },
		);
	}, 120_000);

	it('back from being put aside, and connecting before it is known that a duplicate has the id -> both go on', () =>
		run(
			[
				{ do: 'wait', ms: 0 },
				{ do: 'duplicate', tab: 0 },
				{ do: 'aside', tab: 0 },
				{ do: 'look', tab: 1 },
				{ do: 'wait', ms: 0 },
				{ do: 'wait', ms: 0 },
				{ do: 'send', tab: 0, room: 0, times: 1 },
			],
			['take'],
		));
});

async function run(steps: Drawn<typeof step>[], moods: Drawn<typeof mood>[]) {
	const { clock, server, create } = setup();
	const browser = new FakeBrowser(clock);
	let turn = 0;
	let calm = false;
	const next = () => (calm ? 'take' : (moods[turn++ % moods.length] ?? 'take'));
	server.welcome = { limits: { frameBytes: 65_536, inFlight: 3 } };
	server.refuse = () => (next() === 'later' ? { code: 'rate-limited', retry: true, retryAfterMs: 300 } : null);
	server.loseAck = () => next() === 'lose-ack';
	server.intercept = (frame) => frame.type !== 'publish' || next() !== 'deaf';

	const lives: Life[] = [];
	/** Promised, by the tab's life and room, in the order in which they were handed in. */
	const promised = new Map<string, string>();
	let count = 0;
	let born = 0;
	const start = (given: Partial<FakeTab> = {}) => {
		const connections: FakeConnection[] = [];
		const frozen: (() => void)[] = [];
		const state = { ready: false, returning: false, aside: false, wasAside: false, name: `${born++}`, early: [] };
		/** While the page is put aside no timer of it fires. */
		const own: Clock = {
			...clock,
			random: () => clock.random(),
			setTimeout: (run, ms) => clock.setTimeout(() => (life.aside ? void frozen.push(run) : run()), ms),
		};
		const transport: Transport = {
			...server.transport,
			open(url, handlers) {
				const link = server.transport.open(url, handlers);
				const connection = server.last;
				connections.push(connection);
				if (life.aside) queueMicrotask(() => connection.close(1006));
				return link;
			},
		};
		const host = browser.open({ ...given, clock: own });
		const store = createIndexedDbOutboxStore(host);
		const pace = { heartbeatInterval: 2_000, heartbeatTimeout: 1_000 };
		const client = create({ store, transport, clock: own, page: host.page, ...pace });
		const life: Life = { host, client, connections, frozen, ...state };
		Promise.resolve(store.load(null)).then(() => {
			life.ready = true;
		});
		client.connect();
		lives.push(life);
	};
	const cut = ({ connections }: Life) => {
		for (const each of connections) each.close(1006);
	};
	const kill = (life: Life) => {
		for (const each of life.connections) each.over = true;
		life.client.close();
		browser.kill(life.host);
		lives.splice(lives.indexOf(life), 1);
		if (!life.ready) for (const data of life.early) promised.delete(data);
	};
	const persisted = ({ host }: Life, type: string) =>
		host.window.dispatchEvent(Object.assign(new Event(type), { persisted: true }));
	const back = (life: Life) => {
		if (!life.aside) return;
		life.aside = false;
		life.returning = life.ready;
		life.ready = false;
		for (const run of life.frozen.splice(0)) run();
		persisted(life, 'pageshow');
	};

	start();
	for (const each of steps) {
		if (each.do === 'wait') {
			await pass(clock, each.ms, 25);
			for (const life of lives)
				if (each.ms >= 250 && life.returning && !life.aside) Object.assign(life, { ready: true, returning: false, early: [] });
		} else if (each.do === 'open') start();
		else {
			const life = lives[each.tab % Math.max(1, lives.length)];
			if (!life) continue;
			if (each.do !== 'kill') back(life);
			if (each.do === 'send') {
				for (let times = each.times; times > 0; times--) {
					const data = `${each.room}/${count++}`;
					promised.set(data, `${life.name}/${each.room}`);
					if (!life.ready) life.early.push(data);
					life.client.send(`room-${each.room}`, 'chat', data);
				}
			} else if (each.do === 'kill') kill(life);
			else if (each.do === 'reload') {
				kill(life);
				start({ storage: life.host.storage, isReload: true });
			} else if (each.do === 'duplicate') start({ storage: new Map(life.host.storage) });
			else if (each.do === 'look') life.host.window.dispatchEvent(new Event('online'));
			else if (each.do === 'aside') {
				// As in a browser: its connections are gone, and nothing of it runs.
				life.aside = life.wasAside = true;
				life.name = `${born++}`;
				persisted(life, 'pagehide');
				cut(life);
			} else cut(life);
		}
		// One that was put aside lets another have its id, and learns of that when it is back.
		const ids = lives.filter(({ wasAside }) => !wasAside).map(({ client }) => client.id);
		expect(new Set(ids).size).toBe(ids.length);
	}
	calm = true;
	lives.forEach(back);
	if (lives.length === 0) start();
	for (const { client } of lives) client.retryNow();
	await pass(clock, 90_000, 100);

	expect(lives.map(({ client }) => client.state.name)).toEqual(lives.map(() => 'connected'));
	const errors = lives.flatMap(({ client }) => client.getErrorHistory());
	expect(errors.filter(({ code }) => code === 'storage' || code === 4005)).toEqual([]);
	const stored = ['room-0', 'room-1'].flatMap((room) => server.log(room).messages.map(({ data }) => String(data)));
	expect(stored.length).toBe(new Set(stored).size);
	expect([...promised.keys()].filter((data) => !stored.includes(data))).toEqual([]);
	for (const sequence of new Set(promised.values())) {
		const sent = [...promised].filter(([, of]) => of === sequence).map(([data]) => data);
		expect(stored.filter((data) => sent.includes(data))).toEqual(sent);
	}
	for (const { client } of lives) for (const room of ['room-0', 'room-1']) expect(client.outbox(room)).toEqual([]);
	// Nothing is left of those that are gone.
	expect(browser.held.toSorted()).toEqual(lives.map(({ client }) => `holdfast:client:${client.id}`).toSorted());
	for (const life of [...lives]) kill(life);
}
