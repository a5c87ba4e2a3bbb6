/** T-78: a log that is slow, hangs, or has no room raises its own alert, and none for what follows from it. */
import { afterEach, describe, expect, it } from 'bun:test';
import { join } from 'node:path';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { type FaultyLog, openFaultyLog } from './faulty-log.ts';
import { smallDisk } from './small-disk.ts';
import { type Fault, live, PATIENCE } from './trouble.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});
async function openLog() {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	return { dataDir: folder.path, log: await openFaultyLog(folder.path), clock: new FakeClock() };
}

/** Every commit takes `ms` of the server's time and no more, while two people talk. */
function slow(log: FaultyLog, clock: FakeClock, ms: number): Fault {
	let talkers: RawPeer[] = [];
	/** Held commits are let go, and the disk is at work: time waits for it. */
	let writing = false;
	const held = () =>
		new Promise<void>((resolve) =>
			clock.setTimeout(() => {
				writing = true;
				resolve();
			}, ms),
		);
	const idle = () => until(() => !writing, 'the disk has written');
	return {
		begin(watched, crowd) {
			talkers = crowd.slice(0, 2);
			log.before = { append: held };
			log.after = {
				append: () => {
					writing = false;
				},
			};
			return async () => {
				log.before = {};
				await watched.pass(2 * Math.ceil(ms / 1_000), { each: idle });
			};
		},
		async each(_, second) {
			for (const [index, peer] of talkers.entries()) peer.send(peer.message(`room ${index}`, `second ${second}`));
			await idle();
		},
	};
}

describe('T-78 a fault of the log -> its alert, and no other', () => {
	it.each([800, 2_000, 5_000, 90_000])(
		'each commit takes %i ms',
		async (ms) => {
			const { clock, ...parts } = await openLog();
			const alert = await live('log-slow', slow(parts.log, clock, ms), { clock, ...parts });
			expect(alert?.level).toBe('warn');
			expect(alert?.value).toBeGreaterThanOrEqual(500);
		},
		PATIENCE,
	);

	it(
		'answers that are slow, while nobody watches the commits',
		async () => {
			const { clock, ...parts } = await openLog();
			const fault = slow(parts.log, clock, 2_000);
			const alert = await live('response', fault, { clock, ...parts, env: { ALERT_COMMIT_MS: '0' } });
			expect(alert?.level).toBe('warn');
			expect(alert?.value).toBeGreaterThanOrEqual(1_000);
		},
		PATIENCE,
	);

	it(
		'a full disk',
		async () => {
			const disk = await smallDisk(24 << 20);
			closing.push(() => disk.remove());
			let writer: RawPeer | undefined;
			let frame: object | undefined;
			/** Sends what is unsent, as a client does: true once it is stored. */
			const tries = async () => {
				if (!writer) return false;
				frame ??= writer.message('room 0', 'x'.repeat(3_000));
				writer.send(frame);
				const { type } = await writer.next(({ type }) => type === 'ack' || type === 'nack');
				if (type === 'ack') frame = undefined;
				return type === 'ack';
			};
			const alert = await live(
				'log-failing',
				{
					async begin(watched, [first]) {
						writer = first;
						const giveBack = await disk.fill();
						while (await tries());
						return async () => {
							await giveBack();
							// It finds out by itself, at its next look a second later.
							await watched.pass(2);
							expect(await tries()).toBe(true);
						};
					},
					each: tries,
				},
				{ dataDir: join(disk.seen, 'data') },
			);
			expect(alert).toMatchObject({ level: 'error', message: 'The log takes no writes: no message can be sent.' });
		},
		PATIENCE,
	);
});
