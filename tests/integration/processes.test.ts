/** The server as a process: killed, started twice, started wrongly. */
import { afterEach, describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import { cookieJar, temporaryFolder } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/server.ts';
import { offsetsOf, range, textsOf } from './rooms.ts';

const entry = resolve(import.meta.dir, '../support/realtime-server.ts');
const unlimited = {
	RATE_LIMIT_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_USER_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_REQUESTS_PER_SECOND: '0',
	MAX_CONNECTIONS_PER_ADDRESS: '0',
};
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

function newFolder(): string {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	return folder.path;
}
async function start(dataDir: string) {
	const server = await startServer({ entry, dataDir, env: unlimited });
	closing.push(() => server.close());
	return server;
}
/** Runs a server that is expected not to start: how it ended, and all it said. */
async function startWrongly(env: Record<string, string>) {
	const child = Bun.spawn([process.execPath, entry], {
		env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0', DATA_DIR: newFolder(), ...env },
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
	const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	clearTimeout(kill);
	return { code: await child.exited, said: out + err };
}

describe('kill -9', () => {
	it('T-26 five times amid publishes -> everything acked is there, what is sent again is there once', async () => {
		const server = await start(newFolder());
		const cookie = cookieJar(server.url);
		const room = 'survivors';
		const people = range(1, 4).map((n) => ({
			name: `Person ${n}`,
			client: crypto.randomUUID(),
			acked: new Map<number, number>(),
			sent: 0,
		}));
		let epoch: string | undefined;
		for (let life = 1; life <= 5; life++) {
			const peers = await Promise.all(
				people.map(async ({ name, client }) => new RawPeer(server.url, { cookie: await cookie(name), client })),
			);
			for (const peer of peers) await peer.hello({ connectionNumber: life, rooms: [{ room, epoch, offset: 0 }] });
			epoch = peers[0]?.all('subscribed')[0]?.epoch;
			await Promise.all(
				people.map(async (person, index) => {
					const peer = peers[index];
					if (!peer) return;
					// First what was sent and not acked in the life before, in order, then more; the last of it dies with the server.
					const [from, to] = [person.acked.size + 1, person.acked.size + 50];
					person.sent = to;
					for (const seq of range(from, to))
						peer.send({ type: 'publish', room, seq, kind: 'chat', data: { text: `${person.name} ${seq}` } });
					await peer.next('ack', ({ seq }) => seq === from + (life === 5 ? 49 : 7 * index));
				}),
			);
			if (life < 5) await server.kill9();
			await Promise.all(peers.map(({ closed }) => (life < 5 ? closed : undefined)));
			for (const [index, peer] of peers.entries())
				for (const { seq, offset } of peer.all('ack')) people[index]?.acked.set(seq, offset);
			if (life < 5) await server.restart();
			else for (const peer of peers) peer.close();
		}
		const reader = new RawPeer(server.url, { cookie: await cookie('Reader') });
		await reader.hello({ rooms: [{ room, epoch, offset: 0 }] });
		const messages = reader.all('message', room);
		expect(offsetsOf(reader, room)).toEqual(range(1, messages.length));
		expect(new Set(textsOf(reader, room).map((data) => JSON.stringify(data))).size).toBe(messages.length);
		for (const { client, acked, sent } of people) {
			const own = messages.filter((message) => message.client === client);
			expect(own.map(({ seq }) => seq)).toEqual(range(1, sent));
			expect(acked.size).toBe(sent);
			for (const [seq, offset] of acked) expect(messages[offset - 1]).toMatchObject({ client, seq, offset });
		}
		expect(reader.all('subscribed')[0]).toMatchObject({ result: 'resumed', epoch });
		reader.close();
	}, 30_000);
});

describe('starting', () => {
	it('T-40 a second server on the same database ends with a sentence that says why; the first goes on', async () => {
		const dataDir = newFolder();
		const first = await start(dataDir);
		const { code, said } = await startWrongly({ DATA_DIR: dataDir });
		expect(code).toBeGreaterThan(0);
		expect(said).toMatch(/another server uses the database .*DATA_DIR/);
		const peer = new RawPeer(first.url, { cookie: await cookieJar(first.url)('Ann') });
		await peer.hello();
		expect(await peer.publish('lobby', 'unharmed')).toMatchObject({ type: 'ack', offset: 1 });
		peer.close();
		await first.kill9();
		// Nothing of a killed server is in the way of the next.
		await first.restart();
	}, 30_000);

	it('T-40 a second server on the same port ends as well', async () => {
		const first = await start(newFolder());
		const { code, said } = await startWrongly({ PORT: String(first.port) });
		expect(code).toBeGreaterThan(0);
		expect(said).toMatch(/EADDRINUSE|in use/);
	}, 30_000);

	it('wrong settings -> it does not start, and names every one of them', async () => {
		const { code, said } = await startWrongly({
			PORT: '3oo1',
			HEARTBEAT_INTERVAL_MS: '-1',
			ORIGIN: 'chat.example.com/path',
			ALLOWED_ORIGINS: 'https://good.example,bad',
			TRUSTED_PROXIES: '10.0.0.0/8, proxy',
			IDENTITY_SECRET: 'too-short-to-be-one',
		});
		expect(code).toBeGreaterThan(0);
		for (const name of ['PORT', 'HEARTBEAT_INTERVAL_MS', 'ORIGIN', 'ALLOWED_ORIGINS', 'TRUSTED_PROXIES', 'IDENTITY_SECRET'])
			expect(said).toMatch(new RegExp(`  ${name}: .*expected`));
		expect(said).toContain('got "3oo1"');
		// A secret does not belong into a log, not even a wrong one.
		expect(said).not.toContain('too-short-to-be-one');
	}, 15_000);

	it('SIGTERM -> connections get 1012, and it leaves with 0', async () => {
		const server = await start(newFolder());
		const peer = new RawPeer(server.url, { cookie: await cookieJar(server.url)('Ann') });
		await peer.hello();
		process.kill(server.pid, 'SIGTERM');
		expect(await peer.closed).toMatchObject({ code: 1012 });
		await server.stop();
		expect(server.running).toBe(false);
	}, 15_000);

	it('SIGTERM while everybody talks without a pause -> it leaves all the same, and what it acked is there', async () => {
		const folder = newFolder();
		const server = await start(folder);
		const people = await Promise.all(
			['Ann', 'Bob', 'Cid'].map(async (name) => new RawPeer(server.url, { cookie: await cookieJar(server.url)(name) })),
		);
		const talking = people.map(async (peer) => {
			await peer.hello({ rooms: ['busy'] });
			let acked = 0;
			// Each ack brings the next message, until the connection ends.
			while (
				await peer.publish('busy', `${acked}`).then(
					({ type }) => type === 'ack',
					() => false,
				)
			)
				acked += 1;
			return acked;
		});
		await Promise.all(people.map((peer) => peer.next('message', ({ offset }) => offset > 300)));
		process.kill(server.pid, 'SIGTERM');
		for (const peer of people) expect(await peer.closed).toMatchObject({ code: 1012 });
		await server.stop();
		const acked = (await Promise.all(talking)).reduce((sum, count) => sum + count);

		await server.restart();
		const reader = new RawPeer(server.url, { cookie: await cookieJar(server.url)('Dan') });
		await reader.hello();
		reader.send({ type: 'subscribe', room: 'busy' });
		expect((await reader.next('live')).offset).toBeGreaterThanOrEqual(acked);
		reader.close();
	}, 20_000);
});
