/** S25: pages of other sites change nothing in anybody's private rooms, nor does any GET. */
import { afterEach, expect, it } from 'bun:test';
import { startInProcess } from '../support/in-process.ts';
import { memberOf } from './member.ts';

let close = async () => {};
afterEach(() => close());

async function start() {
	const server = await startInProcess({ env: { ALLOWED_ORIGINS: 'https://friend.example' } });
	close = server.close;
	const ann = await memberOf(server.url, 'Ann');
	const bob = await memberOf(server.url, 'Bob');
	const room = await ann.make();
	await bob.join(await ann.invite(room));
	const token = await ann.invite(room);
	const state = async () => [
		(await ann.ask('GET', `/api/room?room=${room}`)).text,
		(await ann.ask('GET', '/api/rooms')).text,
		(await bob.ask('GET', '/api/rooms')).text,
	];
	const [{ id } = { id: '' }] = JSON.parse((await state())[0] ?? '').invites;
	const changes: [method: string, path: string, body?: object][] = [
		['POST', '/api/rooms', { title: 'Forged' }],
		['PATCH', '/api/room', { room, title: 'Forged' }],
		['POST', '/api/room/invites', { room }],
		['DELETE', `/api/room/invites?room=${room}&id=${id}`],
		['DELETE', `/api/room/members?room=${room}&user=${bob.id}`],
		['POST', '/api/invites', { token }],
	];
	return { server, ann, token, state, changes };
}

it('a forged origin, null, another site -> 403, and nothing has changed', async () => {
	const { ann, state, changes } = await start();
	const before = await state();
	const forged: Record<string, string>[] = [
		{ origin: 'https://evil.example' },
		{ origin: 'null' },
		{ 'sec-fetch-site': 'cross-site' },
		{ 'sec-fetch-site': 'same-site' },
	];
	for (const headers of forged)
		for (const [method, path, body] of changes)
			expect([path, (await ann.ask(method, path, body, headers)).status]).toEqual([path, 403]);
	expect(await state()).toEqual(before);
});

it('what a form can send without being asked: any type but JSON -> 400, and nothing has changed', async () => {
	const { ann, state, changes } = await start();
	const before = await state();
	for (const type of [
		'text/plain',
		'application/x-www-form-urlencoded',
		'multipart/form-data; boundary=x',
		'text/plain; application/json',
		'',
	])
		for (const [method, path, body] of changes)
			if (body) expect([path, (await ann.ask(method, path, body, { 'content-type': type })).status]).toEqual([path, 400]);
	expect(await state()).toEqual(before);
});

it('GET and HEAD of every address with everything in the query -> nothing has changed', async () => {
	const { ann, server, token, state, changes } = await start();
	const before = await state();
	for (const method of ['GET', 'HEAD'])
		for (const [, path, body] of changes) {
			const address = new URL(path, server.url);
			for (const [name, value] of Object.entries(body ?? {})) address.searchParams.set(name, String(value));
			address.searchParams.set('_method', 'DELETE');
			expect([200, 400, 405]).toContain((await ann.ask(method, address.pathname + address.search)).status);
		}
	expect(await server.realtime.invitation(token)).toBe('Den');
	expect(await state()).toEqual(before);
});

it('too long, no JSON, a prototype, nested a thousand deep -> 400 or 413, and the server goes on', async () => {
	const { ann, server, state } = await start();
	const before = await state();
	const bodies = ['', 'null', '[]', '{', '{"__proto__":{"title":"x"}}', `{"title":${'['.repeat(1_000)}${']'.repeat(1_000)}}`];
	for (const body of bodies) {
		const headers = { cookie: ann.cookie, 'content-type': 'application/json' };
		expect((await fetch(`${server.url}/api/rooms`, { method: 'POST', headers, body })).status).toBe(400);
	}
	expect((await ann.ask('POST', '/api/rooms', { title: 'x'.repeat(5_000) })).status).toBe(413);
	expect(await state()).toEqual(before);
	// A page that may connect may ask, and is told that it may use these methods.
	const asked = await fetch(`${server.url}/api/room`, { method: 'OPTIONS', headers: { origin: 'https://friend.example' } });
	expect(asked.headers.get('access-control-allow-methods')).toBe('GET, PATCH');
	expect(asked.headers.get('access-control-allow-origin')).toBe('https://friend.example');
});
