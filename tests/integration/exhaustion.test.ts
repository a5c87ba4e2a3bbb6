/** Connections without end, from one address or from nobody: the limit holds to the number, and whoever is elsewhere does not notice. */
import { afterEach, describe, expect, it } from 'bun:test';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { range } from './rooms.ts';

const open: InProcess[] = [];
afterEach(async () => {
	for (const server of open.splice(0)) await server.close();
});
async function start(env: Record<string, string> = {}): Promise<InProcess> {
	const server = await startInProcess({ env: { MAX_CONNECTIONS_PER_USER: '0', ...env } });
	open.push(server);
	return server;
}

/** Opens one connection for each of these addresses; says how many were welcome, and what the others were closed with. */
async function storm(server: InProcess, addresses: string[]) {
	const cookie = await server.cookie('Mallory');
	const codes = new Map<number, number>();
	const peers = addresses.map(
		(address) => new RawPeer(server.url, { cookie, headers: { 'x-forwarded-for': address }, deadlineMs: 15_000 }),
	);
	const welcome = await Promise.all(
		peers.map(async (peer) => {
			const greeted = peer.hello().then(
				() => true,
				() => false,
			);
			const closed = peer.closed.then(({ code }) => codes.set(code, (codes.get(code) ?? 0) + 1) && false);
			return Promise.race([greeted, closed]);
		}),
	);
	await until(() => welcome.filter((each) => !each).length === [...codes.values()].reduce((sum, count) => sum + count, 0));
	return { welcome: welcome.filter(Boolean).length, codes: Object.fromEntries(codes) };
}
const behindProxy = { TRUSTED_PROXIES: '127.0.0.1', MAX_CONNECTIONS_PER_ADDRESS: '50' };
const elsewhere = { headers: { 'x-forwarded-for': '198.51.100.9' } };

describe('T-60 S10 S11 500 connections', () => {
	it('of one address, each with another one forged before it -> exactly 50; another address is served', async () => {
		const server = await start(behindProxy);
		expect(
			await storm(
				server,
				range(1, 500).map((n) => `10.0.${n >> 8}.${n & 255}, 203.0.113.7`),
			),
		).toEqual({
			welcome: 50,
			codes: { 4100: 450 },
		});
		await (await server.peer('Ann', elsewhere)).hello();
	});

	it('past the proxy, each saying that it came through one -> exactly 50', async () => {
		const server = await start({ MAX_CONNECTIONS_PER_ADDRESS: '50' });
		expect(
			(
				await storm(
					server,
					range(1, 500).map((n) => `203.0.${n >> 8}.${n & 255}`),
				)
			).welcome,
		).toBe(50);
	});

	it('of one network of IPv6, each of another address in it -> exactly 50; the network beside it is served', async () => {
		const server = await start(behindProxy);
		expect(
			(
				await storm(
					server,
					range(1, 200).map((n) => `2001:db8:0:1:${n.toString(16)}::${n}`),
				)
			).welcome,
		).toBe(50);
		await (await server.peer('Ann', { headers: { 'x-forwarded-for': '2001:db8:0:2::1' } })).hello();
	});

	it('requests of one network of IPv6 share their rate, too', async () => {
		const server = await start({
			TRUSTED_PROXIES: '127.0.0.1',
			RATE_LIMIT_REQUESTS_PER_SECOND: '1',
			RATE_LIMIT_REQUESTS_BURST: '5',
		});
		const ask = (address: string) =>
			fetch(`${server.url}/api/identity`, { method: 'POST', body: '{}', headers: { 'x-forwarded-for': address } });
		const answers = await Promise.all(range(1, 20).map((n) => ask(`2001:db8::${n}`)));
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
		expect((await ask('2001:db8:0:1::1')).status).toBe(200);
	});
});

describe('S2 connections without an identity', () => {
	it('200 wait for their hello to be refused; the next hears it at once, and whoever has one is welcome', async () => {
		const server = await start();
		const strangers = range(1, 200).map(() => new RawPeer(server.url));
		await Promise.all(strangers.map(({ opened }) => opened));
		const next = new RawPeer(server.url);
		expect(await next.next('error')).toMatchObject({ code: 'unauthenticated', fatal: true });
		expect(await next.closed).toMatchObject({ code: 4001 });
		expect(strangers.every(({ isOpen }) => isOpen)).toBe(true);
		await (await server.peer('Ann')).hello();
		strangers[0]?.terminate();
		await until(() => server.realtime.counts().connections === 200);
		const later = new RawPeer(server.url);
		await later.opened;
		later.send(later.greeting({ version: 2 }));
		expect(await later.closed).toMatchObject({ code: 4009 });
	});
});
