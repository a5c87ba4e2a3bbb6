/** What a room says of itself beside its messages: each state and each change of who is there reaches the page once, over every way. */
import { describe, expect, it } from 'bun:test';
import type { PresenceChange } from '../../../src/lib/client/types.ts';
import { settle } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';
import { follow, setup } from './harness.ts';

const welcome = {
	...{ type: 'welcome', version: 1, session: 's', connection: 'c', user: { id: 'ann', name: 'Ann' }, resumed: false },
	...{ server: { node: 'a', boot: 'b', version: '0' }, heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 } },
	...{ limits: { frameBytes: 65_536, inFlight: 64 }, spreadMs: 0 },
};
const lobby = { room: 'lobby', epoch: 'e', offset: 0 };
const fresh = { ...lobby, type: 'subscribed', result: 'fresh' };
const again = { ...lobby, type: 'subscribed', result: 'resumed' };
const live = { type: 'live', room: 'lobby', offset: 0 };
const member = (id: string) => ({ user: { id, name: id }, status: 'active' });

/** Follows a room over requests, each of which the test answers. */
async function polling() {
	const transport = new ScriptedTransport('long-polling');
	const { client, errors } = setup({ transport });
	const states: unknown[] = [];
	const changes: PresenceChange[] = [];
	const room = follow(client, 'lobby', {
		state: (state) => void states.push(state),
		presence: (change) => void changes.push(change),
	});
	client.connect();
	await settle();
	const ask = () => transport.last.greets();
	const answer = async (...frames: object[]) => {
		await ask();
		transport.last.says(welcome, ...frames);
	};
	return { client, errors, link: transport.last, ask, answer, room, states, changes };
}

describe('the state of a room', () => {
	it('comes with the first answer; what later ones repeat of it is no news, what they change is told', async () => {
		const { answer, room, states, client } = await polling();
		await answer({ ...fresh, state: { votes: 0 } }, live);
		await answer({ ...again, state: { votes: 0 } }, live);
		expect([room.results, states]).toEqual([['fresh'], []]);
		await answer({ ...again, state: { votes: 1 } }, live);
		await answer({ ...again, state: { votes: 1 } }, live, { type: 'state', room: 'lobby', state: { votes: 2 } });
		await answer({ ...again, state: { votes: 2 } }, live);
		expect([room.results, room.lives, states]).toEqual([['fresh'], [0], [{ votes: 1 }, { votes: 2 }]]);
		client.close();
	});

	it('nobody listens for it -> nothing is wrong; a handler that throws -> the error is reported, the next state is told', async () => {
		const transport = new ScriptedTransport('long-polling');
		const { client, errors } = setup({ transport });
		const told: unknown[] = [];
		follow(client, 'quiet');
		follow(client, 'lobby', {
			state(state) {
				told.push(state);
				if (told.length === 1) throw new Error('oops');
			},
		});
		client.connect();
		await settle();
		const quiet = { room: 'quiet' };
		await transport.last.greets();
		transport.last.says(welcome, { ...fresh, state: {} }, live, { ...fresh, ...quiet, state: {} }, { ...live, ...quiet });
		for (const n of [1, 2, 2]) {
			await transport.last.greets();
			transport.last.says({ ...again, state: { n } }, live, { ...again, ...quiet, state: { n } }, { ...live, ...quiet });
		}
		expect(told).toEqual([{ n: 1 }, { n: 2 }]);
		expect(errors).toMatchObject([{ code: 'handler', message: 'a handler of room "lobby" threw: Error: oops' }]);
		client.close();
	});

	it('after a drop it comes with `subscribed` alone', async () => {
		const { client, clock, server } = setup();
		server.states.set('lobby', { votes: 1 });
		const states: unknown[] = [];
		const answers: unknown[] = [];
		follow(client, 'lobby', { state: (state) => void states.push(state), subscribed: ({ state }) => void answers.push(state) });
		client.connect();
		await clock.advance(50);
		server.last.close(1006);
		server.states.set('lobby', { votes: 2 });
		await clock.advance(1_100);
		expect([answers, states]).toEqual([[{ votes: 1 }, { votes: 2 }], []]);
		client.close();
	});

	it('an answer of another link beside the one that counted -> its state is told', async () => {
		const { ask, answer, link, states, client } = await polling();
		await answer({ ...fresh, state: {} }, live);
		// Two links ask: one answer is enough to know where the room stands.
		await ask();
		link.says({ ...again, state: {} }, live);
		link.says({ ...again, state: { votes: 1 } }, live);
		expect(states).toEqual([{ votes: 1 }]);
		client.close();
	});

	it('an answer to a room that was left and entered anew -> its state is not told', async () => {
		const transport = new ScriptedTransport('websocket');
		const { client } = setup({ transport });
		const states: unknown[] = [];
		const state = (told: unknown) => void states.push(told);
		const before = follow(client, 'lobby', { state });
		client.connect();
		await settle();
		await transport.last.greets();
		transport.last.says(welcome);
		before.subscription.close();
		const room = follow(client, 'lobby', { state });
		transport.last.says({ ...fresh, state: { of: 'the one that was left' } }, live);
		expect([states, before.results, room.results]).toEqual([[], [], []]);
		transport.last.says({ ...fresh, state: { of: 'this one' } }, live);
		expect([states, room.results]).toEqual([[], ['fresh']]);
		client.close();
	});
});

describe('who is in a room', () => {
	const presence = (version: number, ...ids: string[]) => ({ version, count: ids.length, members: ids.map(member) });

	it('another version in a repeated answer -> who is there, and who has left since', async () => {
		const { answer, changes, client } = await polling();
		await answer({ ...fresh, presence: presence(1, 'ann', 'bob') }, live);
		await answer({ ...again, presence: presence(1, 'ann', 'bob') }, live);
		expect(changes).toEqual([]);
		const left = { type: 'presence', room: 'lobby', version: 2, count: 2, changed: [member('cleo')], left: ['bob'] };
		await answer({ ...again, presence: presence(1, 'ann', 'bob') }, live, left);
		await answer({ ...again, presence: presence(2, 'ann', 'cleo') }, live);
		await answer({ ...again, presence: presence(5, 'ann', 'dan') }, live);
		await answer({ ...again }, live);
		expect(changes.map(({ version, changed, ...rest }) => [version, changed.map(({ user }) => user.id), rest.left])).toEqual([
			[2, ['cleo'], ['bob']],
			[5, ['ann', 'dan'], ['cleo']],
		]);
		client.close();
	});

	it('a list that stops at its limit -> nobody is said to have left', async () => {
		const { answer, changes, client } = await polling();
		await answer({ ...fresh, presence: presence(1, 'ann', 'bob') }, live);
		await answer({ ...again, presence: { ...presence(2, 'ann'), count: 300 } }, live);
		expect(changes).toMatchObject([{ version: 2, count: 300, left: [] }]);
		client.close();
	});

	it('left by the handler of its state -> nobody is told who is there', async () => {
		const transport = new ScriptedTransport('long-polling');
		const { client } = setup({ transport });
		const changes: unknown[] = [];
		const room = follow(client, 'lobby', {
			state: () => room.subscription.close(),
			presence: (change) => void changes.push(change),
		});
		client.connect();
		await settle();
		await transport.last.greets();
		transport.last.says(welcome, fresh, live, { ...again, state: { n: 1 }, presence: presence(1, 'ann') });
		expect([room.subscription.live, changes]).toEqual([false, []]);
		client.close();
	});
});
