/** T-78: what goes wrong in the server or with those who come raises its own alert within a minute, which is over within five. */
import { describe, expect, it } from 'bun:test';
import { HttpPeer } from '../support/http-peer.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { live, PATIENCE } from './trouble.ts';
import type { Watched } from './watched-server.ts';

/** More people, who stay until the end of it. */
async function join(watched: Watched, count: number) {
	const more = await Promise.all(Array.from({ length: count }, (_, index) => watched.join(`Another ${index}`)));
	return () => watched.leave(more);
}

describe('T-78 a fault -> its alert, and no other', () => {
	// Beside those who join there are twelve people and the operator.
	it(
		'connections near the maximum',
		async () => {
			const alert = await live('connections', { begin: (watched) => join(watched, 4) }, { env: { MAX_CONNECTIONS: '20' } });
			expect(alert).toMatchObject({ level: 'warn', value: 0.85, threshold: 0.8 });
		},
		PATIENCE,
	);

	it(
		'connections at the maximum, at once',
		async () => {
			const alert = await live('connections-full', { begin: (watched) => join(watched, 6) }, { env: { MAX_CONNECTIONS: '20' } });
			expect(alert).toMatchObject({ level: 'error', value: 0.95 });
		},
		PATIENCE,
	);

	it(
		'frames that are refused',
		async () => {
			let rude: RawPeer | undefined;
			const alert = await live('errors', {
				async begin(watched) {
					const joined = await watched.join('Rude');
					rude = joined;
					return () => watched.leave([joined]);
				},
				each: () => Promise.all(Array.from({ length: 4 }, () => rude?.publish('room 0', ' '))),
			});
			expect(alert?.level).toBe('warn');
		},
		PATIENCE,
	);

	it(
		'memory',
		async () => {
			const alert = await live('memory', {
				begin({ machine }) {
					const { rss } = machine;
					machine.rss = 0.9 * machine.memoryLimit;
					return () => {
						machine.rss = rss;
					};
				},
			});
			expect(alert).toMatchObject({ level: 'warn', message: 'The process holds 90 % of the memory that there is.' });
		},
		PATIENCE,
	);

	it(
		'an event loop that stands still',
		async () => {
			const alert = await live('loop-delay', {
				begin:
					({ machine }) =>
					() => {
						machine.loopDelayMs = 3;
					},
				// Not each second, and never as long apart as the figure remembers.
				each({ machine }, second) {
					machine.loopDelayMs = second % 7 === 0 ? 600 : 3;
				},
			});
			expect(alert).toMatchObject({ level: 'warn', message: 'The event loop stood still for 600 ms, again and again.' });
		},
		PATIENCE,
	);

	it(
		'clients that cannot be resumed',
		async () => {
			const alert = await live('recovery', {
				async begin(watched) {
					const lost = await Promise.all(Array.from({ length: 25 }, (_, index) => watched.server.peer(`Lost ${index}`)));
					for (const peer of lost) await peer.hello({ rooms: [{ room: 'room 0', epoch: 'another', offset: 3 }] });
					return () => watched.leave(lost);
				},
			});
			expect(alert).toMatchObject({ level: 'warn', value: 0 });
		},
		PATIENCE,
	);

	it(
		'clients over HTTP',
		async () => {
			const alert = await live('fallback', {
				async begin({ server }) {
					const slow: HttpPeer[] = [];
					for (let index = 0; index < 12; index++) {
						const cookie = await server.cookie(`Slow ${index}`);
						slow.push(new HttpPeer(server.url, index % 2 === 0 ? 'events' : 'poll', { cookie }));
					}
					await Promise.all(slow.map((peer) => peer.hello({ rooms: ['room 0'] })));
					return () => {
						for (const peer of slow) peer.close();
					};
				},
			});
			expect(alert?.level).toBe('info');
			// Seconds pass in milliseconds here: who is between two polls may seem to have gone.
			expect(alert?.value).toBeGreaterThan(0.3);
		},
		PATIENCE,
	);

	it(
		'a burst of closes',
		async () => {
			const alert = await live('close-burst', {
				async begin(watched, crowd) {
					await watched.cut(crowd.slice(0, 8));
					return () => {};
				},
			});
			expect(alert).toMatchObject({ level: 'warn', value: 8 / 13 });
		},
		PATIENCE,
	);

	it(
		'a proxy that ends connections at one age',
		async () => {
			const behind: RawPeer[] = [];
			const alert = await live('close-age', {
				prepare: (watched) =>
					watched.pass(60, {
						async each(second) {
							if (second % 5 === 0) behind.push(await watched.join(`Behind ${second}`));
						},
					}),
				begin: (watched) => () => watched.leave(behind),
				async each(watched, second) {
					const [oldest] = second % 5 === 0 ? behind.splice(0, 1) : [];
					if (!oldest) return;
					await watched.cut([oldest]);
					behind.push(await watched.join(`Back ${second}`));
				},
			});
			expect(alert).toMatchObject({ level: 'warn', value: 1 });
			expect(alert?.message).toContain('at an age of about 60 s: a proxy’s timeout');
		},
		PATIENCE,
	);
});
