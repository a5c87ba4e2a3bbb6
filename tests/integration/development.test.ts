/** `bun run dev` for real: what the fault panel asks for happens, to one person or to all, and the chat survives it. */
import { afterAll, beforeAll, expect, it } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { FAULTS_PATH, type FaultChange, faultReport } from '../../src/lib/stores/fault-shapes.ts';
import { cookieJar, temporaryFolder } from '../support/in-process.ts';
import { poll } from '../support/poll.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { type ServerProcess, startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const folder = temporaryFolder();
let server: ServerProcess;
let cookie: (name: string) => Promise<string>;
const peers: RawPeer[] = [];

beforeAll(async () => {
	const entry = resolve(import.meta.dir, '../../scripts/dev.ts');
	server = await startServer({ entry, dataDir: folder.path, env: { NODE_ENV: 'development' }, startTimeoutMs: 60_000 });
	cookie = cookieJar(server.url);
}, 70_000);
afterAll(async () => {
	for (const peer of peers) peer.terminate();
	await server.close();
	folder.remove();
});

async function peerOf(name: string): Promise<RawPeer> {
	const peer = new RawPeer(server.url, { cookie: await cookie(name), deadlineMs: 20_000 });
	peers.push(peer);
	return peer;
}
async function enter(name: string, room: string): Promise<RawPeer> {
	const peer = await peerOf(name);
	await peer.hello({ rooms: [room] });
	return peer;
}
async function ask(name: string, init: RequestInit = {}) {
	const headers = { cookie: await cookie(name), ...init.headers };
	return fetch(server.url + FAULTS_PATH, { ...init, headers });
}
async function change(name: string, wanted: FaultChange) {
	const answer = await ask(name, { method: 'POST', body: JSON.stringify(wanted) });
	expect(answer.status).toBe(200);
	return v.parse(faultReport, await answer.json());
}

it.each(['fin', 'reset'] as const)(
	'cut with %s -> 1006 for one person, and nobody else notices',
	async (how) => {
		const [ann, bob] = [await enter('Ann', how), await enter('Bob', how)];
		expect(await change('Ann', { type: 'cut', how })).toMatchObject({ blackHole: null, refuse: null });
		expect((await ann.closed).code).toBe(1006);
		expect((await bob.publish(how, 'still here')).type).toBe('ack');
		expect((await (await enter('Ann', how)).publish(how, 'again here')).type).toBe('ack');
	},
	30_000,
);

it('a black hole swallows what one person says until it is lifted', async () => {
	const [ann, bob] = [await enter('Ann', 'hole'), await enter('Bob', 'hole')];
	expect(await change('Ann', { type: 'black-hole', direction: 'both' })).toMatchObject({ blackHole: 'both' });
	const said = ann.publish('hole', 'swallowed');
	for (const text of ['one', 'two']) expect(await bob.publish('hole', text)).toMatchObject({ type: 'ack' });
	expect(ann.all('message')).toEqual([]);
	expect(await change('Ann', { type: 'heal' })).toMatchObject({ blackHole: null });
	expect(await said).toMatchObject({ type: 'ack', offset: 3 });
}, 30_000);

it('WebSocket blocked -> refused for one person, who can still poll', async () => {
	await change('Ann', { type: 'block-websocket', how: 'refuse' });
	const ann = await peerOf('Ann');
	await expect(ann.opened).rejects.toThrow('1006');
	const hello = { type: 'hello', version: 1, client: crypto.randomUUID(), connectionNumber: 1, rooms: [] };
	expect((await poll(server.url, JSON.stringify([hello]), { cookie: await cookie('Ann') })).types).toEqual(['welcome']);
	await enter('Bob', 'blocked');
	await change('Ann', { type: 'heal' });
	await enter('Ann', 'blocked');
}, 30_000);

it('refused with a code -> once, or each time until it is healed, over HTTP too', async () => {
	const [ann, bob] = [await enter('Ann', 'codes'), await enter('Bob', 'codes')];
	await change('Ann', { type: 'refuse', code: 4101, stays: false });
	expect((await ann.closed).code).toBe(4101);
	const back = await enter('Ann', 'codes');
	expect(await change('Ann', { type: 'refuse', code: 4100, stays: true })).toMatchObject({ refuse: 4100 });
	expect((await back.closed).code).toBe(4100);
	expect(back.all('error')).toMatchObject([{ code: 'rate-limited', fatal: true, retryAfterMs: 5_000 }]);
	expect((await (await peerOf('Ann')).closed).code).toBe(4100);
	expect((await poll(server.url, '[]', { cookie: await cookie('Ann') })).status).toBe(429);
	expect(bob.isOpen).toBe(true);
	expect(await change('Ann', { type: 'heal' })).toMatchObject({ refuse: null });
	await enter('Ann', 'codes');
}, 30_000);

it('kill -9 -> everybody drops -> it is back by itself, and what was stored is there', async () => {
	const [ann, bob] = [await enter('Ann', 'killed'), await enter('Bob', 'killed')];
	await change('Ann', { type: 'delay', ms: 20, jitterMs: 10 });
	expect(await ann.publish('killed', 'before')).toMatchObject({ type: 'ack' });
	await change('Ann', { type: 'kill', downMs: 0 });
	expect([(await ann.closed).code, (await bob.closed).code]).toEqual([1006, 1006]);
	await until(isReady, 'the server is back', 60_000);
	const again = await peerOf('Bob');
	await again.hello({ rooms: ['killed'] });
	expect(await again.publish('killed', 'after')).toMatchObject({ type: 'ack', offset: 2 });
	const report = v.parse(faultReport, await (await ask('Ann')).json());
	expect(report).toMatchObject({ server: { startedAfter: 'kill', kills: 1 }, delay: { ms: 20, jitterMs: 10 } });
	await change('Ann', { type: 'heal' });
}, 90_000);

it('a foreign page, a stranger and nonsense change nothing', async () => {
	const kill = JSON.stringify({ type: 'kill', downMs: 0 });
	const answers = [
		await ask('Ann', { method: 'POST', body: kill, headers: { origin: 'https://elsewhere.example' } }),
		await fetch(server.url + FAULTS_PATH, { method: 'POST', body: kill }),
		await ask('Ann', { method: 'POST', body: JSON.stringify({ type: 'kill', downMs: 1e9 }) }),
		await ask('Ann', { method: 'POST', body: 'x'.repeat(5_000) }),
		await ask('Ann', { method: 'DELETE' }),
	];
	expect(answers.map(({ status }) => status)).toEqual([403, 401, 400, 400, 405]);
	expect(v.parse(faultReport, await (await ask('Ann')).json()).server.kills).toBe(1);
}, 30_000);

// Last: nothing is left of it.
it('kill -9 of what keeps the server running -> the server is gone too', async () => {
	const children = childrenOf(server.pid);
	expect(children.length).toBe(2);
	await server.kill9();
	await until(() => children.every((pid) => !isAlive(pid)), 'no process is left');
}, 30_000);

function isReady(): Promise<boolean> {
	return fetch(`${server.url}/readyz`).then(
		({ ok }) => ok,
		() => false,
	);
}

function childrenOf(pid: number): number[] {
	const path = `/proc/${pid}/task/${pid}/children`;
	if (existsSync(path)) return readFileSync(path, 'utf8').trim().split(' ').map(Number);
	const lines = Bun.spawnSync(['ps', '-axo', 'pid=,ppid=']).stdout.toString().split('\n'); // not Linux
	return lines.map((line) => line.trim().split(/\s+/).map(Number)).flatMap(([id = 0, parent]) => (parent === pid ? [id] : []));
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false; // ESRCH is what the test waits for
	}
}
