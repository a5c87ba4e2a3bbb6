/** Real nginx and HAProxy on the settings of the docs: what keeps a connection up, and what their cuts cost. Nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'bun:test';
import { check, describeViolations } from '../support/checker.ts';
import { haproxyShutdown, haproxyTimeout, haproxyWithoutUpgrade, startHaproxy } from '../support/haproxy.ts';
import { createRecorder, type Recorder } from '../support/history.ts';
import { type InProcess, identify, startInProcess } from '../support/in-process.ts';
import { nginxShutdown, nginxTimeout, nginxWithoutUpgrade, startNginx } from '../support/nginx.ts';
import { createRandom } from '../support/random.ts';
import { RawPeer } from '../support/raw-peer.ts';
import type { ReverseProxy } from '../support/reverse-proxy.ts';
import type { Changes } from '../support/settings-lines.ts';
import { until } from '../support/until.ts';
import { audit } from '../torture/audit.ts';
import { Pause } from '../torture/pause.ts';
import { Person } from '../torture/person.ts';
import { comeToRest } from '../torture/rest.ts';
import { talk } from '../torture/traffic.ts';

const WAIT_MS = 30_000;
const proxies = [
	{ name: 'nginx', idle: 'T-07', start: startNginx, timeout: nginxTimeout, shutdown: nginxShutdown, broken: nginxWithoutUpgrade },
	{
		name: 'HAProxy',
		idle: 'T-08',
		start: startHaproxy,
		timeout: haproxyTimeout,
		shutdown: haproxyShutdown,
		broken: haproxyWithoutUpgrade,
	},
];
const random = createRandom(7);

let server: InProcess;
let recorder: Recorder;
let proxy: ReverseProxy | undefined;
let people: Person[];
beforeEach(() => {
	recorder = createRecorder({ now: () => performance.now() });
	proxy = undefined;
	people = [];
});
afterEach(async () => {
	for (const person of people) person.close();
	await proxy?.close();
	await server.close();
});

async function listen(start: typeof startNginx, changes: Changes, env: Record<string, string> = {}): Promise<ReverseProxy> {
	server = await startInProcess({ env: { MAX_CONNECTIONS_PER_USER: '0', ...env } });
	proxy = await start({ upstreamPort: Number(new URL(server.url).port), changes });
	return proxy;
}

/** Somebody in the lobby, through the proxy or past it. */
async function enter(name: string, url: string): Promise<Person> {
	const { cookie } = await identify(server.url, name);
	const person = new Person({ name, url: `${url}/api/websocket`, cookie, recorder, random: random.fork(name) });
	people.push(person);
	person.join('lobby', 'now');
	await until(() => person.client.state.name === 'connected');
	return person;
}
const reconnects = (those: readonly Person[]) => Math.min(...those.map(({ client }) => client.getStats().reconnects));

/** Everybody comes to the head, the log is read, and the history of it all breaks no promise. */
async function expectNothingBroken() {
	expect(await comeToRest(people, ['lobby'], recorder, WAIT_MS)).toEqual([]);
	const auditor = await enter('auditor', server.url);
	auditor.leave('lobby');
	expect(await audit(auditor, ['lobby'], recorder, WAIT_MS)).toBe(true);
	recorder.record({ type: 'quiesce' });
	expect(describeViolations(check(recorder.events))).toBe('');
	expect(recorder.events.filter(({ type }) => type === 'entry').length).toBeGreaterThan(0);
}

describe.each(proxies)('$name', ({ name, idle, start, timeout, shutdown, broken }) => {
	it(`${name} without upgrades -> the WebSocket is refused, requests pass; corrected and reloaded -> it opens`, async () => {
		const { url, reload } = await listen(start, broken);
		const cookie = await server.cookie('Ann');
		expect((await new RawPeer(url, { cookie }).closed).code).toBe(1006);
		expect((await identify(url, 'Bob')).user.name).toBe('Bob');
		await reload();
		const peer = new RawPeer(url, { cookie });
		expect(await peer.hello()).toMatchObject({ user: { name: 'Ann' } });
	});

	it(`${name} keeps Host, so a page's origin is its own; another one forged by X-Forwarded-Host stays out`, async () => {
		const { url } = await listen(start, {}, { TRUSTED_PROXIES: '127.0.0.1' });
		const cookie = await server.cookie('Ann');
		const forged = { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' };
		expect((await new RawPeer(url, { cookie, headers: forged }).closed).code).toBe(1006);
		await new RawPeer(url, { cookie, headers: { ...forged, origin: url } }).hello();
	});

	it(`${idle} heartbeats faster than ${name}'s timeout -> a connection without any other traffic stays up`, async () => {
		const { url } = await listen(start, timeout(2), { HEARTBEAT_INTERVAL_MS: '250' });
		const peer = new RawPeer(url, { cookie: await server.cookie('Ann') });
		peer.answerPings();
		await peer.hello({ rooms: ['lobby'] });
		// The server looks once a second who is due: three times the timeout.
		await until(() => peer.all('ping').length >= 6 || !peer.isOpen, 'six pings', WAIT_MS);
		expect(peer.isOpen).toBe(true);
		expect(await peer.publish('lobby', 'still here')).toMatchObject({ type: 'ack' });
		peer.close();
	}, 60_000);

	it(`T-09 ${name}'s timeout below the heartbeat -> every cut is resumed, nothing lost or doubled`, async () => {
		const { url } = await listen(start, timeout(1));
		const writer = await enter('writer', server.url);
		const cut = [await enter('Ann', url), await enter('Bob', url)];
		// Words of both sides fall into every gap.
		for (const person of cut)
			person.client.on('state', ({ name }) => {
				if (name !== 'disconnected') return;
				person.send('lobby', `${person.name} was cut`);
				writer.send('lobby', `while ${person.name} was away`);
			});
		await until(() => reconnects(cut) >= 3, 'everybody was cut three times', WAIT_MS);
		expect(reconnects([writer])).toBe(0);
		await expectNothingBroken();
	}, 60_000);

	it(`T-10 ${name} is reloaded twice while everybody talks -> old connections are cut, resumed, nothing lost`, async () => {
		const { url, reload } = await listen(start, shutdown(1));
		const those = await Promise.all(['Ann', 'Bob', 'Cleo', 'Dan', 'Eve', 'Fay'].map((who) => enter(who, url)));
		const pause = new Pause();
		const talking = talk({ people: those, rooms: ['lobby'], rate: 200, random: random.fork('talk'), pause });
		for (const round of [1, 2]) {
			await reload(shutdown(1));
			await until(() => reconnects(those) >= round, `everybody was cut by reload ${round}`, WAIT_MS);
		}
		pause.end();
		await talking;
		await expectNothingBroken();
	}, 60_000);
});
