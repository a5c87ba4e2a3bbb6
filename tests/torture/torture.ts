/** One run: the real server as a process, real clients behind the fault proxy, seeded faults, then rest, audit and judgement. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { check } from '../support/checker.ts';
import { createRecorder, type Recorder } from '../support/history.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { type ServerProcess, startServer } from '../support/server.ts';
import { audit } from './audit.ts';
import { troubleNetwork, troubleProcess } from './faults.ts';
import { Pause } from './pause.ts';
import { Person } from './person.ts';
import { judge, type Report } from './report.ts';
import { comeToRest } from './rest.ts';
import type { Settings } from './settings.ts';
import { comeAndGo, estimate, lookIn, talk } from './traffic.ts';

/** Resident memory that the server may reach, in bytes. */
const MEMORY = 600e6;
const entry = resolve(import.meta.dir, '../support/mutants/server.ts');

type Stop = () => void | Promise<void>;

export async function torture(settings: Settings): Promise<Report> {
	const start = performance.now();
	const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-torture-'));
	const recorder = createRecorder({ now: () => performance.now() - start, path: settings.history });
	const stops: Stop[] = [() => rmSync(dataDir, { recursive: true, force: true }), recorder.close];
	try {
		const server = await startServer({ dataDir, entry, env: environment(settings) });
		stops.push(server.close);
		const restless = await run(settings, server, recorder, stops);
		const seconds = (performance.now() - start) / 1_000;
		const report = judge(settings, recorder.events, { seconds, restless, log: server.log() });
		if (!settings.keep && report.violations.length === 0) stops.unshift(() => rmSync(settings.history, { force: true }));
		return report;
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
}

/** Fast heartbeats, so that seconds see what hours see otherwise; no limits, so that load is never refused. */
const environment = ({ seed, retention, mutant }: Settings) => ({
	HEARTBEAT_INTERVAL_MS: '500',
	HEARTBEAT_TIMEOUT_MS: '300',
	RATE_LIMIT_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_USER_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '0',
	RATE_LIMIT_REQUESTS_PER_SECOND: '0',
	MAX_CONNECTIONS: '0',
	MAX_CONNECTIONS_PER_ADDRESS: '0',
	MAX_CONNECTIONS_PER_USER: '0',
	RETENTION_MESSAGES: String(retention),
	TRIM_EVERY_MS: '250',
	MUTANT_SEED: String(seed),
	...(mutant && { MUTANT: mutant }),
});

async function run(settings: Settings, server: ServerProcess, recorder: Recorder, stops: Stop[]): Promise<string[]> {
	const random = createRandom(settings.seed);
	const target = { hostname: '127.0.0.1', port: server.port };
	const proxy = createFaultProxy({ target, random: random.fork('proxy'), clock: systemClock });
	stops.push(proxy.close);
	const mode = settings.transports;
	const meet = (name: string, index: number, cookie: string, port = proxy.port) =>
		new Person({
			name,
			url: `http://127.0.0.1:${port}/api/websocket`,
			cookie,
			mode,
			index,
			recorder,
			random: random.fork(name),
		});

	const names = Array.from({ length: settings.clients }, (_, at) => `p${at + 1}`);
	const people = await Promise.all(names.map(async (name, at) => meet(name, at, await identify(server.url, name))));
	stops.push(() => {
		for (const person of people) person.close();
	});
	const guest = await identify(server.url, 'guest');
	const rooms = Array.from({ length: settings.rooms }, (_, at) => `room-${at + 1}`);
	for (const person of people) for (const room of rooms) person.join(room, 'now');

	const pause = new Pause();
	const runMs = (settings.messages / settings.rate) * 1_000;
	const traffic = (name: string) => ({ people, rooms, rate: settings.rate, random: random.fork(name), pause });
	const activities = [
		talk(traffic('talk')),
		estimate(traffic('estimate')),
		comeAndGo(traffic('come and go')),
		lookIn(traffic('look in'), (name, index) => meet(name, index, guest)),
		troubleNetwork(proxy, random.fork('network'), recorder, pause),
		troubleProcess(server, settings.kills, runMs, random.fork('process'), recorder, pause),
		watchMemory(server, recorder, pause),
	];
	// A failure of one ends all: the run's own machinery must not break in silence.
	for (const activity of activities) activity.catch(() => pause.end());
	if (settings.hasty) await untilBroken(recorder, runMs, pause);
	else await pause.for(runMs);
	while (!pause.over && people.reduce((sum, { sent }) => sum + sent, 0) < settings.messages) await pause.for(20);
	pause.end();
	await Promise.all(activities);
	if (settings.hasty && check(recorder.events).length > 0) return [];

	const restless = await comeToRest(people, rooms, recorder, settings.deadline);
	const auditor = meet('auditor', 0, guest, server.port);
	if (!(await audit(auditor, rooms, recorder, settings.deadline))) restless.push(auditor.describe());
	recorder.record({ type: 'quiesce' });
	auditor.close();
	return restless;
}

/** Judges what has happened so far, again and again, until a promise is broken or the time is over. */
async function untilBroken(recorder: Recorder, runMs: number, pause: Pause) {
	const end = performance.now() + runMs;
	while (!pause.over && performance.now() < end) {
		await pause.for(500);
		if (check(recorder.events).length > 0) pause.end();
	}
}

async function watchMemory(server: ServerProcess, recorder: Recorder, pause: Pause) {
	while (!pause.over) {
		recorder.record({ type: 'sample', name: 'memory of the server', value: await server.memory(), limit: MEMORY });
		await pause.for(500);
	}
}

async function identify(url: string, name: string): Promise<string> {
	const response = await fetch(`${url}/api/identity`, { method: 'POST', body: JSON.stringify({ name }) });
	const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
	if (!cookie) throw new Error(`no identity: ${response.status} ${await response.text()}`);
	return cookie;
}
