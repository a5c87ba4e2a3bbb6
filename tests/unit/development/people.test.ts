/** Faults of single people: whose connections they touch, and which of them. */
import { describe, expect, it } from 'bun:test';
import { type Passing, People, personOf } from '../../../scripts/dev/people.ts';
import { createIdentities } from '../../../src/lib/server/identity.ts';

const identities = createIdentities(['0123456789abcdef0123456789abcdef'], () => 0);
const headOf = (path: string, id: string) =>
	`GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: a=b; holdfast_identity=${identities.issue({ id, name: 'Zoë; =' }).token}; c=d`;

class Recorded implements Passing {
	upgraded = false;
	held = { up: false, down: false };
	late = 0;
	ended: string | null = null;
	cut(how: 'fin' | 'reset') {
		this.ended = how;
	}
	blackHole(direction: 'both' | 'up' | 'down', on: boolean) {
		if (direction !== 'down') this.held.up = on;
		if (direction !== 'up') this.held.down = on;
	}
	delay(ms: number, jitter = 0) {
		this.late = ms + jitter;
	}
}

function meeting(...heads: string[]) {
	const connections: Recorded[] = [];
	const people = new People(() => connections);
	const add = (head: string) => {
		const connection = new Recorded();
		connections.push(connection);
		return { connection, upgrade: people.meet(connection, head) };
	};
	return { people, add, connections: heads.map((head) => add(head).connection) };
}

describe('faults of one person', () => {
	it('hold for each of their realtime paths, and for nothing else of theirs', () => {
		const paths = ['/api/websocket?ticket=x', '/api/events', '/api/poll', '/api/ticket', '/', '/api/faults', '/api/identity'];
		const { people, connections } = meeting(...paths.map((path) => headOf(path, 'ann')));
		people.change('ann', { type: 'cut', how: 'fin' });
		expect(connections.map(({ ended }) => ended !== null)).toEqual([true, true, true, true, false, false, false]);
		expect(people.report('ann').connections).toBe(4);
	});

	it('leave everybody else alone, also who comes later', () => {
		const { people, add, connections } = meeting(headOf('/api/websocket', 'ann'), headOf('/api/websocket', 'bob'));
		people.change('ann', { type: 'black-hole', direction: 'up' });
		people.change('ann', { type: 'delay', ms: 300, jitterMs: 100 });
		const later = ['ann', 'bob'].map((who) => add(headOf('/api/poll', who)).connection);
		for (const [ann, bob] of [connections, later]) {
			expect(ann).toMatchObject({ held: { up: true, down: false }, late: 400 });
			expect(bob).toMatchObject({ held: { up: false, down: false }, late: 0 });
		}
		people.change('ann', { type: 'heal' });
		for (const ann of [connections[0], later[0]]) expect(ann).toMatchObject({ held: { up: false, down: false }, late: 0 });
	});

	it('end where a browser uses the same connection for something else', () => {
		const { people, connections } = meeting(headOf('/api/poll', 'ann'));
		const [connection = new Recorded()] = connections;
		people.change('ann', { type: 'delay', ms: 300, jitterMs: 0 });
		expect(connection.late).toBe(300);
		people.meet(connection, headOf('/api/faults', 'ann'));
		expect(connection.late).toBe(0);
		expect(people.report('ann').connections).toBe(0);
	});

	it('a blocked WebSocket: those there are end, those that come are kept out, polls pass', () => {
		const { people, add, connections } = meeting(headOf('/api/websocket', 'ann'), headOf('/api/poll', 'ann'));
		const [webSocket = new Recorded(), poll] = connections;
		webSocket.upgraded = true;
		people.change('ann', { type: 'block-websocket', how: 'hang' });
		expect([webSocket.ended, poll?.ended]).toEqual(['reset', null]);
		expect(add(headOf('/api/websocket', 'ann')).upgrade).toBe('hang');
		expect(add(headOf('/api/websocket', 'bob')).upgrade).toBeUndefined();
	});

	it('a refusal cuts requests that wait, and leaves WebSockets to the server', () => {
		const { people, connections } = meeting(headOf('/api/websocket', 'ann'), headOf('/api/poll', 'ann'));
		const [webSocket = new Recorded(), poll] = connections;
		webSocket.upgraded = true;
		people.change('ann', { type: 'refuse', code: 4100, stays: true });
		expect([webSocket.ended, poll?.ended]).toEqual([null, 'fin']);
	});
});

describe('whom a request names', () => {
	it('the id in its cookie, nobody without one or with another text in its place', () => {
		expect(personOf(headOf('/', 'ann'))).toBe('ann');
		for (const cookie of [
			'',
			'holdfast_identity=',
			'holdfast_identity=.x',
			'holdfast_identity=bm9uZQ.x',
			'other=eyJpZCI6ImEifQ.x',
		])
			expect(personOf(`GET / HTTP/1.1\r\ncookie: ${cookie}`)).toBeUndefined();
		expect(personOf('GET / HTTP/1.1\r\nhost: x')).toBeUndefined();
	});
});
