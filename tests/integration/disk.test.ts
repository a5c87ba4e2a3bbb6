/** The disk: full, held by somebody else, and what the room sees of it. */

import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, it } from 'bun:test';
import { join } from 'node:path';
import { cookieJar, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { fillRooms, offsetsOf, range } from './rooms.ts';
import { smallDisk } from './small-disk.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});
function newFolder(): string {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	return folder.path;
}

describe('disk full', () => {
	it('T-34 T-79 -> nack storage to be sent again, alive and not ready; space -> it recovers by itself, nothing acked is lost', async () => {
		const disk = await smallDisk(24 << 20);
		closing.push(() => disk.remove());
		const server = await disk.start();
		const peer = new RawPeer(server.url, { cookie: await cookieJar(server.url)('Ann') });
		await peer.hello({ rooms: ['lobby'] });
		const readiness = async () => (await fetch(`${server.url}/readyz`)).status;
		for (const n of range(1, 20)) expect(await peer.publish('lobby', `before ${n}`)).toMatchObject({ type: 'ack', offset: n });
		expect(await readiness()).toBe(200);

		const giveBack = await disk.fill();
		// The log may still have room that it took earlier: sooner or later there is none.
		let acked = 20;
		let refused: Awaited<ReturnType<typeof peer.publish>> | undefined;
		for (let seq = 21; !refused && seq < 2_000; seq++) {
			const answer = await peer.publish('lobby', `full ${seq} ${'x'.repeat(3_000)}`);
			if (answer.type === 'ack') acked = seq;
			else refused = answer;
		}
		expect(refused).toMatchObject({ type: 'nack', seq: acked + 1, code: 'storage', retry: true, retryAfterMs: 1_000 });
		expect(await readiness()).toBe(503);
		expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: false, reasons: ['the log takes no writes'] });
		expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ alive: true });
		const well = await fetch(`${server.url}/api/websocket/health`);
		expect([well.status, await well.json()]).toMatchObject([503, { status: 'down', checks: { log: false, loop: true } }]);
		expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('holdfast_log_writable 0\n');
		// Reading goes on meanwhile.
		peer.send({ type: 'history', room: 'lobby', before: 21, limit: 20 });
		expect((await peer.next('history')).messages).toHaveLength(20);

		await giveBack();
		await until(async () => (await readiness()) === 200, 'it is ready again by itself');
		peer.send({ type: 'publish', room: 'lobby', seq: acked + 1, kind: 'chat', data: { text: 'after' } });
		expect(await peer.next('ack', ({ seq }) => seq === acked + 1)).toMatchObject({ offset: acked + 1, duplicate: false });
		const [{ epoch } = { epoch: '' }] = peer.all('ack');
		peer.close();

		await server.kill9();
		const again = await disk.start();
		const reader = new RawPeer(again.url, { cookie: await cookieJar(again.url)('Reader') });
		await reader.hello({ rooms: [{ room: 'lobby', epoch, offset: 0 }] });
		expect(offsetsOf(reader, 'lobby')).toEqual(range(1, acked + 1));
		expect(reader.all('message').at(-1)?.data).toEqual({ text: 'after' });
		reader.close();
	}, 40_000);
});

describe('a slow disk', () => {
	it('T-35 T-38 somebody holds the database’s write lock -> pings are answered meanwhile; then everything is acked', async () => {
		const dataDir = newFolder();
		const epoch = await fillRooms(dataDir, ['old'], 300);
		const server = await startInProcess({ dataDir });
		closing.push(() => server.close());
		const peers = await Promise.all(range(1, 8).map((n) => server.peer(`Person ${n}`)));
		for (const peer of peers) await peer.hello({ rooms: ['lobby'] });
		// After this ack it is written, too, who leads the room.
		await peers[0]?.publish('quay', 'before');

		const other = new Database(join(dataDir, 'holdfast.db'));
		other.run('BEGIN IMMEDIATE');
		let held = true;
		setTimeout(() => {
			other.run('COMMIT');
			held = false;
		}, 2_000);
		for (const peer of peers) peer.send(...range(1, 40).map((n) => peer.message('lobby', `held ${n}`)));
		let pongs = 0;
		while (held) {
			const [peer] = peers;
			peer?.send({ type: 'ping', at: pongs });
			await peer?.next('pong', ({ at }) => at === pongs);
			if (held) pongs += 1;
			await Bun.sleep(15); // a flood of pings would be shown out
		}
		other.close();
		// Far below what a free loop answers in two seconds, far above what a blocked one could.
		expect(pongs).toBeGreaterThan(20);
		for (const peer of peers) {
			await peer.next('ack', ({ seq }) => seq === 40);
			expect(peer.all('nack')).toEqual([]);
			if (!offsetsOf(peer, 'lobby').includes(320)) await peer.next('message', ({ offset }) => offset === 320);
			expect(offsetsOf(peer, 'lobby')).toEqual(range(1, 320));
		}
		// Reading was never in the way of it.
		peers[0]?.send({ type: 'subscribe', room: 'old', epoch, offset: 0 });
		await peers[0]?.next('live', ({ room }) => room === 'old');
	}, 20_000);

	it('T-38 history and replay are answered while the lock is held', async () => {
		const dataDir = newFolder();
		const epoch = await fillRooms(dataDir, ['old'], 300);
		const server = await startInProcess({ dataDir });
		closing.push(() => server.close());
		const peer = await server.peer('Ann');
		await peer.hello();
		const other = new Database(join(dataDir, 'holdfast.db'));
		other.run('BEGIN IMMEDIATE');
		peer.send(peer.message('lobby', 'waits'));
		peer.send({ type: 'history', room: 'old', before: 301 }, { type: 'subscribe', room: 'old', epoch, offset: 0 });
		await peer.next('history');
		await peer.next('live');
		expect(offsetsOf(peer, 'old')).toEqual(range(1, 300));
		expect(peer.all('ack')).toEqual([]);
		other.run('COMMIT');
		other.close();
		expect(await peer.next('ack')).toMatchObject({ offset: 1 });
	}, 15_000);
});
