/** T-30: however many people enter one room at once, everybody stays, and everybody sees the same. */
import { describe, expect, it } from 'bun:test';
import { startInProcess } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { offsetsOf, range, textsOf } from './rooms.ts';

const env = { HEARTBEAT_INTERVAL_MS: '300', HEARTBEAT_TIMEOUT_MS: '300', MAX_CONNECTIONS: '0', MAX_CONNECTIONS_PER_USER: '0' };
const ROUNDS = 4;

describe('a crowd', () => {
	it.each([4, 8, 16, 64, 256])(
		'T-30 %d people join one room at once, all send, several heartbeats later nobody is dropped',
		async (people) => {
			const server = await startInProcess({ env });
			const cookies = await Promise.all(range(1, people).map((n) => server.cookie(`Person ${n}`)));
			const room = 'planning';
			let dropped = 0;
			const peers = cookies.map((cookie) => new RawPeer(server.url, { cookie, deadlineMs: 15_000 }));
			for (const peer of peers) {
				peer.closed.then(() => {
					dropped += 1;
				});
				// What a client does: it answers each ping.
				peer.answerPings();
			}
			await Promise.all(peers.map((peer) => peer.hello({ rooms: [room] })));
			for (const peer of peers) peer.send(peer.message(room, `${peer.client} votes`));
			await Promise.all(peers.map((peer) => peer.next('ack')));
			for (let round = 0; round < ROUNDS; round++) await Promise.all(peers.map((peer) => peer.next('ping')));
			// Who came in late has the beginning as recent messages or not at all: what everybody has is the end.
			const late = await server.peer('Late');
			const { epoch } = peers[0]?.all('subscribed')[0] ?? {};
			await late.hello({ rooms: [{ room, epoch, offset: 0 }] });
			expect(offsetsOf(late, room)).toEqual(range(1, people));
			const whole = textsOf(late, room);
			for (const peer of peers) {
				const offsets = offsetsOf(peer, room);
				const first = offsets[0] ?? 0;
				expect(offsets).toEqual(range(first, people));
				expect(textsOf(peer, room)).toEqual(whole.slice(first - 1));
			}
			expect(peers.filter(({ isOpen }) => isOpen)).toHaveLength(people);
			expect(dropped).toBe(0);
			await server.close();
		},
		30_000,
	);
});
