/** What a client has of a room's state it names, over HTTP with each request: it is told what it lacks, at once, and nothing else. */
import { afterEach, expect, it } from 'bun:test';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';

const servers: InProcess[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
async function start() {
	const server = await startInProcess();
	servers.push(server);
	const ann = await server.peer('Ann');
	await ann.hello({ rooms: ['planning'] });
	const cookie = await server.cookie('Bob');
	const ask = async (rooms: object[], waitMs = 0) => {
		const answer = await poll(server.url, [helloOf('bob', { rooms: rooms as { room: string }[], waitMs })], { cookie });
		const subscribed = answer.frames.find((frame) => frame.type === 'subscribed');
		if (subscribed?.type !== 'subscribed') throw new Error(`no answer: ${answer.text}`);
		return { subscribed, frames: answer.frames };
	};
	const { subscribed } = await ask([{ room: 'planning' }]);
	const { epoch, offset, stateVersion: state, presence } = subscribed;
	return { ann, ask, known: { room: 'planning', epoch, offset, state, presence: presence?.version } };
}

it('what still stands is left out of the answer; who names nothing, or another log, is told all', async () => {
	const { ask, known } = await start();
	expect(known.state).toBe(1);
	const { subscribed } = await ask([known]);
	expect(subscribed).toMatchObject({ result: 'resumed', stateVersion: 1 });
	expect(subscribed.state).toBeUndefined();
	expect(subscribed.presence).toBeUndefined();
	const { epoch, offset } = known;
	expect((await ask([{ room: 'planning', epoch, offset }])).subscribed.state).toBeDefined();
	const reset = await ask([{ ...known, epoch: 'another' }]);
	expect(reset.subscribed).toMatchObject({ result: 'reset', state: { estimation: { round: 1 } } });
});

it('the state has changed between two polls -> the next that would be held is answered at once, with the new one', async () => {
	const { ann, ask, known } = await start();
	await ann.publish('planning', '', { kind: 'topic', data: { text: 'Login' } });
	// The message itself was heard: only the state is behind.
	const { subscribed, frames } = await ask([{ ...known, offset: known.offset + 1 }], 20_000);
	expect(subscribed).toMatchObject({ result: 'resumed', stateVersion: 2, state: { estimation: { topic: 'Login' } } });
	expect(frames.some(({ type }) => type === 'message')).toBe(false);
});

it('a version of the future, or of another kind, is no reason to fall silent', async () => {
	const { ask, known } = await start();
	expect((await ask([{ ...known, state: 99 }])).subscribed.state).toBeDefined();
});
