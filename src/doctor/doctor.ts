/** Checks a server over every way that clients take, a line each, and says what is wrong in the words of the client's own diagnosis. */
import { type Client, createClient, type Diagnosis } from '../lib/client/index.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { eventStreamTransport } from '../lib/transports/event-stream.ts';
import { longPollingTransport } from '../lib/transports/long-polling.ts';
import type { Transport } from '../lib/transports/transport.ts';
import { webSocketTransport } from '../lib/transports/websocket.ts';
import { readArguments, usage } from './arguments.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** What a check found; `ok` is null where it could not be run. */
interface Finding {
	ok: boolean | null;
	text: string;
}
type Print = (line: string) => void;

/** How long a client may take to connect, in milliseconds: longer than the selector needs to have tried everything. */
const CONNECT = 10_000;
const quiet = { debug() {}, error() {} };

/**
 * Runs the checks that the arguments ask for.
 * @returns the exit code: 0 healthy, 1 trouble, 2 wrong arguments
 */
export async function doctor(args: readonly string[], print: Print, clock: Clock = systemClock): Promise<number> {
	const wanted = readArguments(args);
	if ('problem' in wanted) {
		print(wanted.problem);
		print(usage);
		return 2;
	}
	let failed = 0;
	const tell = (name: string, { ok, text }: Finding) => {
		if (ok === false) failed++;
		print(`${ok === null ? '–' : ok ? '✓' : '✗'} ${name.padEnd(13)} ${text}`);
	};
	const visitor = createVisitor(wanted.url);
	tell('reachable', await visitor.knock());
	tell('identity', await visitor.identify());
	await checkTransports(visitor, clock, tell);
	const client = createClient({ ...optionsOf(visitor, clock), fetch: visitor.fetch });
	client.connect();
	await settled(client, clock);
	if (wanted.holdMs > 0) {
		print(`… holding a connection for ${wanted.holdMs / 1_000} s`);
		tell('held', await hold(client, wanted.holdMs, clock));
	}
	const found = await client.diagnose();
	client.close();
	tellDiagnosis(found, print);
	if (found.verdict === 'healthy' && failed > 0) print('  Yet something above failed: clients get around it where they can.');
	return found.verdict === 'healthy' && failed === 0 ? 0 : 1;
}

const optionsOf = ({ address, openSocket }: Visitor, clock: Clock) => ({
	url: address,
	webSocket: openSocket,
	clock,
	logger: quiet,
	connectTimeout: CONNECT,
});

/** From hello to pong over each transport alone, all at once: a network that swallows everything costs the time of one. */
async function checkTransports(visitor: Visitor, clock: Clock, tell: (name: string, finding: Finding) => void) {
	const http = { clock, fetch: visitor.fetch };
	const transports: Transport[] = [
		webSocketTransport(visitor.openSocket),
		eventStreamTransport(http),
		longPollingTransport(http),
	];
	const findings = await Promise.all(transports.map((transport) => greetOver(transport, visitor, clock)));
	for (const [index, { name }] of transports.entries()) tell(name, findings[index] ?? { ok: null, text: 'not run' });
}

async function greetOver(transport: Transport, visitor: Visitor, clock: Clock): Promise<Finding> {
	const client = createClient({ ...optionsOf(visitor, clock), transport });
	const startedAt = clock.now();
	client.connect();
	await settled(client, clock);
	const { state } = client;
	const connectedMs = clock.now() - startedAt;
	const pong = state.name === 'connected' ? await pinged(client) : null;
	client.close();
	if (pong)
		return {
			ok: pong.ms !== null,
			text: `welcome after ${Math.round(connectedMs)} ms, ${pong.ms === null ? 'no pong' : `pong after ${Math.round(pong.ms)} ms`}`,
		};
	return { ok: false, text: 'cause' in state && state.cause ? `${state.cause.reason} (${state.cause.code})` : 'no answer' };
}

/** The diagnosis of a connected client asks the connection: how long it took is in the timeline. */
async function pinged(client: Client): Promise<{ ms: number | null }> {
	await client.diagnose();
	return client.getTimeline().findLast((entry) => entry.type === 'probe') ?? { ms: null };
}

/** Resolves when the first attempt is over, either way. */
function settled(client: Client, clock: Clock): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			stop();
			cancel();
			resolve();
		};
		const stop = client.on('state', ({ name }) => name !== 'connecting' && done());
		const cancel = clock.setTimeout(done, CONNECT + 5_000);
	});
}

/** Does nothing but what clients do all day, and watches whether somebody minds. */
function hold(client: Client, ms: number, clock: Clock): Promise<Finding> {
	if (client.state.name !== 'connected')
		return Promise.resolve({ ok: null, text: 'not connected, so there was nothing to hold' });
	return new Promise((resolve) => {
		const done = (finding: Finding) => {
			stop();
			cancel();
			resolve(finding);
		};
		const cancel = clock.setTimeout(() => done({ ok: true, text: `nobody cut it within ${ms / 1_000} s` }), ms);
		const stop = client.on('error', ({ connectedMs, diagnosis, message }) => {
			if (!diagnosis || connectedMs === 0) return;
			const close = client.getTimeline().findLast((entry) => entry.type === 'close');
			const silence = close ? `, ${(close.silentMs / 1_000).toFixed(1)} s after the last word` : '';
			done({ ok: false, text: `it ended at an age of ${(connectedMs / 1_000).toFixed(1)} s${silence}: ${message}` });
		});
	});
}

function tellDiagnosis({ verdict, summary, evidence, advice }: Diagnosis, print: Print) {
	print('');
	print(`${verdict}: ${summary}`);
	for (const fact of evidence) print(`  · ${fact}`);
	for (const line of advice.split('\n')) print(`  ${line}`);
}
