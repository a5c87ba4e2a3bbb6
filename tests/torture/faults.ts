/** What befalls a run: faults of the network, one after another, and of the server's process, both drawn from the seed. */
import type { Recorder } from '../support/history.ts';
import type { FaultProxy, Faults } from '../support/proxy.ts';
import type { Random } from '../support/random.ts';
import type { ServerProcess } from '../support/server.ts';
import type { Pause } from './pause.ts';

interface Fault {
	kind: string;
	detail: string;
	/** How long it lasts, in milliseconds; 0 for one that strikes once. */
	ms: number;
	/** One connection, or all of them. */
	victim: Faults;
	begin(): void;
}

/** Faults of the network until `over`; leaves the proxy healed. */
export async function troubleNetwork(proxy: FaultProxy, random: Random, recorder: Recorder, pause: Pause) {
	while (!pause.over) {
		await pause.for(random.between(50, 600));
		const { kind, detail, ms, victim, begin } = networkFault(proxy, random);
		recorder.record({ type: 'fault', kind, detail, on: ms > 0 ? true : undefined });
		begin();
		if (ms === 0) continue;
		await pause.for(ms);
		// What was on its way, messages and acks alike, is lost every other time.
		if (random.chance(0.5)) victim.cut(random.pick(['fin', 'reset'] as const));
		proxy.heal();
		recorder.record({ type: 'fault', kind, detail, on: false });
	}
	proxy.heal();
}

function networkFault(proxy: FaultProxy, random: Random): Fault {
	const victim = random.chance(0.5) && proxy.connections.length > 0 ? random.pick(proxy.connections) : proxy;
	const whom = victim === proxy ? 'everybody' : 'one connection';
	const kind = random.pick([
		'cut',
		'cut',
		'black hole',
		'black hole',
		'delay',
		'slice',
		'limit',
		'refuse',
		'block upgrades',
		'block upgrades',
		'lose answers',
	] as const);
	const fault = (detail: string, ms: number, begin: () => void): Fault => ({
		kind,
		detail: `${whom}, ${detail}`,
		ms,
		victim,
		begin,
	});
	return strike(kind, victim, proxy, random, fault);
}

function strike(
	kind: 'cut' | 'black hole' | 'delay' | 'slice' | 'limit' | 'refuse' | 'block upgrades' | 'lose answers',
	victim: Faults,
	proxy: FaultProxy,
	random: Random,
	fault: (detail: string, ms: number, begin: () => void) => Fault,
): Fault {
	switch (kind) {
		case 'cut': {
			const how = random.pick(['fin', 'reset'] as const);
			return fault(how, 0, () => victim.cut(how));
		}
		case 'black hole': {
			const direction = random.pick(['both', 'up', 'down'] as const);
			return fault(direction, random.between(200, 2_500), () => victim.blackHole(direction, true));
		}
		case 'delay': {
			const [ms, jitter] = [random.between(10, 150), random.between(0, 150)];
			return fault(`${ms} ms and up to ${jitter} more`, random.between(500, 2_000), () => victim.delay(ms, jitter));
		}
		case 'slice': {
			const [bytes, every] = [random.between(1, 300), random.between(1, 4)];
			return fault(`${bytes} bytes every ${every} ms`, random.between(300, 1_500), () => victim.slice(bytes, every));
		}
		case 'limit': {
			const rate = random.between(5, 200) * 1_000;
			return fault(`${rate} bytes a second`, random.between(300, 1_500), () => victim.limit(rate));
		}
		case 'refuse':
			return fault('new connections', random.between(200, 1_000), () => proxy.refuse(true));
		case 'block upgrades': {
			// Whoever knows WebSocket alone stays away so long, and comes back.
			const how = random.pick(['refuse', 'hang'] as const);
			return fault(how, random.between(500, 3_000), () => proxy.blockUpgrades(how));
		}
		case 'lose answers': {
			const [path, count] = [random.pick(['/api/poll', '/api/events'] as const), random.between(1, 6)];
			return fault(`${count} of ${path}`, random.between(300, 1_000), () => proxy.loseAnswers(path, count));
		}
	}
}

/** Kills the server `kills` times, and in between freezes it or restarts it in order; leaves it running. */
export async function troubleProcess(
	server: ServerProcess,
	kills: number,
	runMs: number,
	random: Random,
	recorder: Recorder,
	pause: Pause,
) {
	const { record } = recorder;
	for (let killed = 0; killed < kills || !pause.over; ) {
		const kill = killed < kills;
		// Kills that are left when the run is over follow at once.
		await pause.for(kill ? (runMs / (kills + 1)) * (0.5 + random()) : random.between(1_000, 4_000));
		if (kill) {
			killed += 1;
			record({ type: 'crash', node: 'server' });
			await server.kill9();
			await pause.for(random.between(0, 500));
			await server.restart();
			record({ type: 'restart', node: 'server' });
		}
		if (pause.over || random.chance(0.4)) continue;
		await pause.for(random.between(200, 800));
		if (random.chance(0.6)) await freeze(server, random.between(100, 2_000), recorder, pause);
		else await restart(server, recorder);
	}
}

async function freeze(server: ServerProcess, ms: number, { record }: Recorder, pause: Pause) {
	record({ type: 'fault', kind: 'freeze', on: true, detail: `${ms} ms` });
	server.sigstop();
	await pause.for(ms);
	server.sigcont();
	record({ type: 'fault', kind: 'freeze', on: false });
}

async function restart(server: ServerProcess, { record }: Recorder) {
	record({ type: 'fault', kind: 'restart in order', on: true });
	await server.stop();
	await server.restart();
	record({ type: 'fault', kind: 'restart in order', on: false });
}
