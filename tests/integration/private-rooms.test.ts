/** Private rooms from their making to their invitations: who gets in, by what, and what is still true after a crash. */
import { afterEach, describe, expect, it } from 'bun:test';
import { resolve } from 'node:path';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, type InProcessOptions, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { memberOf } from './member.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});
async function start(options: InProcessOptions = {}): Promise<InProcess> {
	const server = await startInProcess(options);
	closing.push(() => server.close());
	return server;
}
const DAY = 86_400_000;

describe('a private room', () => {
	it('made -> invited by a link -> joined once, however often -> both speak in it', async () => {
		const server = await start();
		const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
		const made = await ann.ask('POST', '/api/rooms', { title: '  Sprint 7  ' });
		expect(made.status).toBe(201);
		const { room, ...rest } = JSON.parse(made.text);
		expect(room).toMatch(/^private-[\w-]{22}$/);
		expect(rest).toEqual({ title: 'Sprint 7', owner: true });
		const invited = await ann.ask('POST', '/api/room/invites', { room });
		expect(invited.status).toBe(201);
		const { token, path, id, createdAt, expiresAt, uses } = JSON.parse(invited.text);
		expect(path).toBe(`/invite/${token}`);
		expect(Buffer.from(token, 'base64url')).toHaveLength(24);
		expect([expiresAt - createdAt, uses]).toEqual([7 * DAY, 0]);

		for (const _ of [1, 2]) {
			const joined = await bob.ask('POST', '/api/invites', { token });
			expect([joined.status, JSON.parse(joined.text)]).toEqual([200, { room, title: 'Sprint 7', owner: false }]);
		}
		const details = JSON.parse((await ann.ask('GET', `/api/room?room=${room}`)).text);
		expect(details.invites).toEqual([{ id, createdAt, expiresAt, uses: 1 }]);
		expect(details.members).toEqual([
			{ user: { id: ann.id, name: 'Ann' }, owner: true },
			{ user: { id: bob.id, name: 'Bob' }, owner: false },
		]);
		expect(JSON.parse((await bob.ask('GET', `/api/room?room=${room}`)).text).invites).toEqual([]);
		expect(JSON.parse((await bob.ask('GET', '/api/rooms')).text)).toEqual({ rooms: [{ room, title: 'Sprint 7', owner: false }] });

		const peers = [ann, bob].map(({ cookie }) => new RawPeer(server.url, { cookie }));
		for (const peer of peers) await peer.hello({ rooms: [room] });
		expect(await peers[1]?.publish(room, 'Hello')).toMatchObject({ type: 'ack', offset: 1 });
		expect(await peers[0]?.next('message')).toMatchObject({ room, data: { text: 'Hello' } });
	});

	it('renamed by its owner alone; a title that is none -> 400 and a sentence', async () => {
		const server = await start();
		const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
		const room = await ann.make('Before');
		await bob.join(await ann.invite(room));
		expect((await bob.ask('PATCH', '/api/room', { room, title: 'Mine' })).status).toBe(403);
		expect((await ann.ask('PATCH', '/api/room', { room, title: 'After' })).status).toBe(200);
		expect(JSON.parse((await bob.ask('GET', '/api/rooms')).text).rooms).toEqual([{ room, title: 'After', owner: false }]);
		for (const title of ['', '   ', 'x'.repeat(81), 'a\u202eb', 'a\nb', 7, undefined]) {
			const answer = await ann.ask('PATCH', '/api/room', { room, title });
			expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'invalid-data']);
			expect((await ann.ask('POST', '/api/rooms', { title })).status).toBe(400);
		}
	});

	it('somebody takes another name -> the list of members follows, also when they are gone', async () => {
		const server = await start();
		const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
		const room = await ann.make();
		await bob.join(await ann.invite(room));
		const peer = new RawPeer(server.url, { cookie: bob.cookie });
		await peer.hello();
		const headers = { cookie: bob.cookie, 'content-type': 'application/json' };
		const call = (name: string) =>
			fetch(`${server.url}/api/identity`, { method: 'POST', headers, body: JSON.stringify({ name }) });
		await call('Robert');
		const names = async () =>
			JSON.parse((await ann.ask('GET', `/api/room?room=${room}`)).text).members.map(
				({ user }: { user: { name: string } }) => user.name,
			);
		expect(await names()).toEqual(['Ann', 'Robert']);
		peer.close();
		await peer.closed;
		await until(async () => String(await names()) === 'Ann,Robert', 'it is stored');
		await call('Rob');
		await until(async () => String(await names()) === 'Ann,Rob', 'it is stored where they are not connected at all');
	});

	it('taken back, expired, made up, no text at all -> the same answer, which tells nothing', async () => {
		const clock = new FakeClock();
		const server = await start({ clock });
		const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
		const room = await ann.make();
		const [revoked, expired] = [await ann.invite(room), await ann.invite(room, 60_000)];
		const { invites } = JSON.parse((await ann.ask('GET', `/api/room?room=${room}`)).text);
		expect(invites).toHaveLength(2);
		for (const { id, expiresAt, createdAt } of invites)
			if (expiresAt - createdAt > 60_000)
				expect((await ann.ask('DELETE', `/api/room/invites?room=${room}&id=${id}`)).status).toBe(204);
		await clock.advance(60_000);
		const answers = [];
		for (const token of [revoked, expired, 'x'.repeat(32), '', undefined])
			answers.push(await bob.ask('POST', '/api/invites', { token }));
		expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
		expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
		expect(await server.realtime.invitation(revoked)).toBeNull();
		expect(await server.realtime.invitation(expired)).toBeNull();
		expect(JSON.parse((await ann.ask('GET', `/api/room?room=${room}`)).text).invites).toEqual([]);
	});

	it('who takes somebody out takes all links back, who leaves does not; who made it cannot leave, and is told why', async () => {
		const server = await start();
		const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
		const room = await ann.make();
		const token = await ann.invite(room);
		await bob.join(token);
		expect(await bob.remove(room, ann.id)).toBe(403);
		expect(await bob.remove(room, bob.id)).toBe(204);
		expect(await bob.join(token)).toBe(200);
		expect(await ann.remove(room, bob.id)).toBe(204);
		expect(await bob.join(token)).toBe(404);
		expect(await bob.join(await ann.invite(room))).toBe(200);
		const stays = await ann.ask('DELETE', `/api/room/members?room=${room}&user=${ann.id}`);
		expect([stays.status, JSON.parse(stays.text).message]).toEqual([409, expect.stringContaining('cannot leave')]);
	});

	it('50 rooms of one owner, 50 open invitations -> the next one is refused, and told what the most is', async () => {
		const server = await start();
		const ann = await memberOf(server.url, 'Ann');
		const room = await ann.make();
		for (let count = 1; count < 50; count += 1) await ann.make();
		expect((await ann.ask('POST', '/api/rooms', { title: 'One more' })).text).toContain('50 private rooms');
		for (let count = 0; count < 50; count += 1) await ann.invite(room);
		expect((await ann.ask('POST', '/api/room/invites', { room })).text).toContain('50 open invitations');
	});

	it('kill -9 right after the answers -> rooms, members and links are there; what was taken back stays so', async () => {
		const folder = temporaryFolder();
		closing.push(folder.remove);
		const entry = resolve(import.meta.dir, '../support/realtime-server.ts');
		const server = await startServer({ dataDir: folder.path, entry });
		closing.push(server.close);
		const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
		const room = await ann.make('Kept');
		const [left, token] = [await ann.make('Left'), await ann.invite(room)];
		for (const each of [token, await ann.invite(left)]) await bob.join(each);
		expect(await ann.remove(left, bob.id)).toBe(204);
		await server.restart();
		expect(JSON.parse((await bob.ask('GET', '/api/rooms')).text)).toEqual({ rooms: [{ room, title: 'Kept', owner: false }] });
		expect((await bob.ask('GET', `/api/room?room=${left}`)).status).toBe(404);
		expect(await (await memberOf(server.url, 'Carol')).join(token)).toBe(200);
	});
});
