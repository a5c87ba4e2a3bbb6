/**
 * `bun run dev`: the development server as a process that may be killed, behind the fault proxy that may be told to misbehave.
 * Pages do that by `/api/faults` (see `dev/stage.ts`); what they ask for comes here over the channel to that process.
 */
import * as v from 'valibot';
import { systemClock } from '../src/lib/clock.ts';
import { readOptions } from '../src/lib/server/options.ts';
import { createFaultProxy, type FaultProxy } from '../tests/support/proxy.ts';
import { spawnServer } from './dev/child.ts';
import { type FromServer, fromServer, type SupervisorReport, type ToServer } from './dev/link.ts';
import { People } from './dev/people.ts';
import { Supervisor } from './dev/supervisor.ts';

/** After which a server is killed that was asked to be, in milliseconds: whoever asked is to be answered first. */
const LAST_WORDS = 100;

function run() {
	const { listen } = readOptions(process.env);
	/** The port changes with each start. */
	const target = { hostname: '127.0.0.1', port: 0 };
	const proxy: FaultProxy = listenOn(listen);
	const people = new People(() => proxy.connections);
	const url = `http://${listen.host === '0.0.0.0' ? 'localhost' : listen.host}:${proxy.port}`;
	const env = { ...process.env, HOST: target.hostname, PORT: '0', HMR_PORT: String(proxy.port + 1) };
	const supervisor = new Supervisor({
		clock: systemClock,
		spawn: (exited) => spawnServer({ env, message, exited }),
		say: (text) => console.log(text),
		over: (code) => process.exit(code),
	});

	function listenOn({ host, port }: typeof listen): FaultProxy {
		try {
			const { random } = systemClock;
			const request: Parameters<typeof createFaultProxy>[0]['request'] = (connection, head) => people.meet(connection, head);
			return createFaultProxy({ hostname: host, port, target, random, clock: systemClock, request });
		} catch (error) {
			const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
			throw inUse ? new Error(`is port ${port} in use? Another one: PORT=3003 bun run dev`, { cause: error }) : error;
		}
	}
	function message(received: unknown) {
		const { success, output } = v.safeParse(fromServer, received);
		if (!success) return console.error('the server said something that is not understood:', received);
		if (output.type === 'ask') return supervisor.send(answered(output));
		target.port = output.port;
		supervisor.ready();
		console.log(`Holdfast listens on ${url}`);
	}
	function answered({ id, person, change }: FromServer & { type: 'ask' }): ToServer {
		if (change) people.change(person, change);
		if (change?.type === 'kill') systemClock.setTimeout(() => supervisor.kill(change.downMs), LAST_WORDS);
		const report: SupervisorReport = { ...people.report(person), server: supervisor.report };
		return { type: 'answer', id, report };
	}

	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => supervisor.leave(signal));
	supervisor.start();
}

try {
	run();
} catch (error) {
	console.error(`Holdfast did not start: ${error instanceof Error ? error.message : error}`);
	process.exit(1);
}
