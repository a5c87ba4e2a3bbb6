/** T-18: a network that is there every other second, before the whole client with every transport. */
import { describe, expect, it } from 'bun:test';
import { WebSocket } from 'ws';
import { type Client, createClient } from '../../src/lib/client/index.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { Fetch } from '../../src/lib/transports/http-request.ts';
import { startInProcess } from '../support/in-process.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { until } from '../support/until.ts';

/** A second of the clients and of the flapping is a fifth of a real one: only their proportion matters. */
const SPEED = 5;
const FLAPS = 30;
const random = createRandom(18);
const clock: Clock = {
	...systemClock,
	now: () => systemClock.now() * SPEED,
	setTimeout: (run, ms) => systemClock.setTimeout(run, ms / SPEED),
	random,
};

function open(url: string, cookie: string) {
	const counts = { attempts: 0, webSockets: 0, requests: 0 };
	const webSocket = (address: string) => {
		counts.webSockets += 1;
		return new WebSocket(address, { headers: { cookie } });
	};
	const fetchAs: Fetch = (address, init) => {
		counts.requests += 1;
		return fetch(address, { ...init, headers: { ...init.headers, cookie } });
	};
	const page = { window: new EventTarget() };
	const logger = { debug() {}, error() {} };
	const client = createClient({ url: `${url}/api/websocket`, webSocket, fetch: fetchAs, clock, logger, page });
	client.on('state', ({ name }) => {
		if (name === 'connecting') counts.attempts += 1;
	});
	const texts: string[] = [];
	client.subscribe('lobby', { message: ({ data }) => void texts.push(String(Object(data).text)) });
	client.connect();
	return { client, counts, texts, page };
}
const say = (client: Client, text: string) => client.send('lobby', 'chat', { text }).stored;

describe('T-18 flapping', () => {
	it('a second up, a second down, for a minute -> few attempts, no storm; then everybody is back with everything', async () => {
		const server = await startInProcess({ env: { MAX_CONNECTIONS_PER_USER: '0' } });
		const target = { hostname: '127.0.0.1', port: Number(new URL(server.url).port) };
		const proxy = createFaultProxy({ target, random, clock: systemClock });
		const names = ['Ann', 'Bob', 'Cleo'];
		const people = await Promise.all(
			names.map(async (name) => open(`http://127.0.0.1:${proxy.port}`, await server.cookie(name))),
		);
		try {
			await until(() => people.every(({ client }) => client.state.name === 'connected'));
			const stored: Promise<unknown>[] = [];
			for (let flap = 1; flap <= FLAPS; flap++) {
				proxy.refuse(true);
				proxy.cut(random.chance(0.5) ? 'fin' : 'reset');
				await Bun.sleep(1_000 / SPEED);
				proxy.refuse(false);
				for (const [index, { client }] of people.entries()) stored.push(say(client, `${names[index]} ${flap}`));
				await Bun.sleep(1_000 / SPEED);
			}
			for (const { counts } of people) {
				expect(counts.attempts).toBeLessThanOrEqual(FLAPS);
				expect(counts.webSockets).toBeLessThanOrEqual(FLAPS);
			}
			expect(proxy.accepted).toBeLessThanOrEqual(FLAPS * people.length);
			// Nobody waits for the end of a pause that the flapping has made long.
			for (const { page } of people) page.window.dispatchEvent(new Event('online'));
			await until(() => people.every(({ client }) => client.state.name === 'connected'), 'everybody is back', 5_000);
			await Promise.all(stored);
			const order = people[0]?.texts ?? [];
			for (const { texts } of people) await until(() => texts.length === stored.length);
			for (const { texts } of people) expect(texts).toEqual(order);
			for (const name of names) {
				const own = order.filter((text) => text.startsWith(name));
				expect(own).toEqual(Array.from({ length: FLAPS }, (_, at) => `${name} ${at + 1}`));
			}
		} finally {
			for (const { client } of people) client.close();
			proxy.close();
			await server.close();
		}
	}, 60_000);
});
