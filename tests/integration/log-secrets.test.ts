/** S19: whatever people are called and whatever they do, each line of the log is one, and nothing that they said or own is in it. */
import { afterAll, expect, it } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { EventStream } from '../support/event-stream.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { helloOf, poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startLogged } from './log-lines.ts';

const folder = temporaryFolder();
const token = 'hush-the-token-of-the-operator';
const server = await startLogged('debug', { dataDir: folder.path, env: { ADMIN_TOKEN: token } });
afterAll(async () => {
	await server.close();
	folder.remove();
});

it('S19 a busy hour of odd people, at the level debug -> lines, and none of their secrets', async () => {
	const room = 'r\u202e"},{"level":"error"} \u061c\u200f';
	const cookie = await server.cookie('Ann "},{"level":"error","message":"');
	const headers = { authorization: `Bearer ${token}x` };
	// Everything that goes well.
	const ann = await server.peer('Ann "},{"level":"error","message":"', { client: 'ann' });
	await ann.hello({ rooms: [room] });
	await ann.publish(room, 'hush-a-message');
	ann.send({ type: 'publish', room, seq: 2, kind: 'topic', data: { text: 'hush-a-topic' } });
	await ann.next('ack');
	ann.send({ type: 'publish', room, seq: 3, kind: 'deck', data: { cards: ['hush-a-card', 'hush-none'] } });
	await ann.next('ack');
	ann.send({ type: 'publish', room, seq: 4, kind: 'vote', data: { round: 1, value: 'hush-a-card' } });
	await ann.next('ack');
	ann.send({ type: 'signal', room, kind: 'typing', data: { draft: 'hush-a-draft' } });
	const stream = await EventStream.open(server.url, { body: [helloOf('listens', { rooms: [room] })], cookie });
	const answer = await fetch(`${server.url}/api/ticket`, { headers: { cookie } });
	const { ticket } = v.parse(v.object({ ticket: v.string() }), await answer.json());
	const guest = new RawPeer(server.url, { query: `?ticket=${ticket}` });
	await guest.hello();
	// And everything that does not.
	ann.send({ type: 'publish', room, seq: 5, kind: 'chat', data: { text: 5, hush: 'hush-a-body' } }, { type: 'hush-a-type' });
	ann.send({ type: 'auth', token: 'hush-a-token' }, '{"hush-what-is-no-json"'.slice(0, 3));
	const lost = new RawPeer(server.url, { cookie: 'holdfast_identity=hush-a-forgery', query: '?ticket=hush-a-ticket' });
	await lost.opened;
	lost.send(lost.greeting());
	await lost.closed;
	await poll(server.url, '["hush-a-body"]', { cookie });
	await poll(server.url, '[]', { cookie: 'holdfast_identity=hush-a-forgery' });
	for (const path of ['api/events?hello=hush-a-hello', 'api/websocket/connections?search=hush-a-search', 'api/websocket/errors'])
		await fetch(`${server.url}/${path}`, { headers });
	await fetch(`${server.url}/api/websocket/session`, { method: 'POST', body: '{"token":"hush-a-guess"}' });
	await fetch(`${server.url}/api/identity`, {
		method: 'POST',
		body: '{"name":"hush\\u0000"}',
		headers: { origin: 'https://evil.example/?hush=1' },
	});
	for (const peer of [ann, guest]) peer.terminate();
	stream.close();
	await server.line(/^event-stream .* ended/);
	await server.line(/^websocket .* ended: network/);

	const lines = server.lines(); // each of them parses
	expect(lines.length).toBeGreaterThan(10);
	expect(lines.filter(({ level, message }) => level === 'error' || message === '')).toEqual([]);
	const text = server.text();
	// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that must not be there
	expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
	const secret = readFileSync(join(folder.path, 'identity.secret'), 'utf8').trim();
	for (const each of ['hush', ticket, cookie, cookie.split('=')[1] ?? cookie, secret, secret.slice(0, 16)])
		expect(text.includes(each), String(each).slice(0, 12)).toBe(false);
});
