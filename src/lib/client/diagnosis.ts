/** Finds out why a connection dropped or does not come up: keeps the facts, runs the checks, and gives a verdict in words. */
import type { Welcome } from '../protocol/frames.ts';
import type { TransportName } from '../transports/transport.ts';
import { dropOf } from './drop.ts';
import { findingsOf } from './findings.ts';
import type { FlightRecorder } from './flight-recorder.ts';
import type { Options } from './options.ts';
import { createProbes } from './probes.ts';
import { keep } from './statistics.ts';
import type { ConnectionState, Diagnosis, Drop } from './types.ts';
import { type Close, type Facts, type TicketAnswer, verdictOf } from './verdicts.ts';
import { wordsOf } from './words.ts';

/** How a connection, or an attempt, ended. */
export interface End {
	transport: TransportName;
	/** How long it had been connected, in milliseconds; null for a failed attempt. */
	connectedMs: number | null;
	/** Since the server's last word, in milliseconds. */
	silentMs: number;
}

/** A ticket that was asked for after a drop is good for so long, in milliseconds: a storm of drops asks no more often. */
const TICKET_EVERY = 5_000;
/** Somebody who presses the button again within this gets the same answer. */
const DIAGNOSE_EVERY = 1_000;
/** For the answer to a ping, in milliseconds. */
const PATIENCE = 4_000;
/** Statuses with which a server refuses for good or for now. */
const refusals = [401, 403, 429, 503];

export function createDiagnosis(options: Options, recorder: FlightRecorder, ask: () => void) {
	const { clock, page } = options;
	const probes = createProbes({ ...options, fetch: options.ticketFetch, openSocket: options.openSocket, recorder });
	const closes: Close[] = [];
	let state: ConnectionState = { name: 'idle' };
	let last: Close | null = null;
	let failures = 0;
	let previous: Facts['previous'] = null;
	let boot: string | null = null;
	let rebooted = false;
	/** What the ticket endpoint said of the attempt that has just failed. */
	let refused: TicketAnswer | null = null;
	let probed: ((ms: number | null) => void) | null = null;
	let running: Promise<Diagnosis> | null = null;
	let latest: { at: number; diagnosis: Diagnosis } | null = null;

	function explain(checks: Partial<Facts>): Diagnosis {
		const at = clock.wall();
		const connected = state.name === 'connected' ? { transport: state.transport, ms: clock.now() - state.since } : null;
		const { onLine } = page.navigator ?? {};
		const facts: Facts = {
			at,
			state: state.name,
			connected,
			online: onLine ?? null,
			closes,
			last,
			failures,
			previous,
			rebooted,
			probe: null,
			ticket: null,
			socket: null,
			...checks,
		};
		const verdict = verdictOf(facts);
		const findings = findingsOf(verdict, facts);
		return { verdict, ...wordsOf(findings), findings, at };
	}

	/** Whether the connection answers, if there is one. */
	function probe(): Promise<Facts['probe']> {
		if (state.name !== 'connected') return Promise.resolve(null);
		return new Promise((resolve) => {
			const done = (ms: number | null) => {
				cancel();
				probed = null;
				resolve({ ms });
			};
			const cancel = clock.setTimeout(() => done(null), PATIENCE);
			probed = done;
			ask();
		});
	}

	async function run(): Promise<Diagnosis> {
		const needsSocket = state.name !== 'connected' || state.transport !== 'websocket';
		const [answer, ticket, socket] = await Promise.all([
			probe(),
			probes.ticket(DIAGNOSE_EVERY),
			needsSocket ? probes.socket() : null,
		]);
		const diagnosis = explain({ probe: state.name === 'connected' ? answer : null, ticket, socket });
		recorder.record({ type: 'verdict', verdict: diagnosis.verdict });
		latest = { at: clock.now(), diagnosis };
		running = null;
		return diagnosis;
	}

	return {
		state(next: ConnectionState) {
			state = next;
		},
		probed(ms: number | null) {
			probed?.(ms);
		},
		/** What the server says of the connection before. Answers with what is now known of the last drop, if there was one. */
		welcome({ server, previous: told }: Welcome): Diagnosis | null {
			previous = told ?? null;
			rebooted = boot !== null && boot !== server.boot;
			boot = server.boot;
			refused = null;
			return closes.length > 0 ? explain({}) : null;
		},
		/** It goes on over another transport, which may lead to another server. */
		moved({ server }: Welcome) {
			boot = server.boot;
		},
		/** Asks why a failed attempt failed; null: there is nobody to ask. A refusal is as good as a close with its code. */
		why(drop: Drop): Promise<Drop> | null {
			if (!options.ticketFetch) return null;
			return probes.ticket(TICKET_EVERY).then((answer) => {
				refused = answer;
				return (answer && dropOfTicket(answer)) ?? drop;
			});
		},
		/** Explains an end with what is known by now. */
		drop({ code, class: errorClass, reason }: Drop, { transport, connectedMs, silentMs }: End): Diagnosis {
			last = { at: clock.wall(), code, class: errorClass, reason, transport, ageMs: connectedMs, silentMs };
			if (connectedMs === null) failures++;
			else {
				keep(closes, last);
				failures = 0;
				previous = null;
				rebooted = false;
			}
			const ticket = refused;
			refused = null;
			return explain({ state: 'disconnected', connected: null, ticket });
		},
		diagnose(): Promise<Diagnosis> {
			if (latest && clock.now() - latest.at < DIAGNOSE_EVERY) return Promise.resolve(latest.diagnosis);
			running ??= run();
			return running;
		},
	};
}

/** The drop that a refused ticket amounts to. */
function dropOfTicket(answer: TicketAnswer): Drop | null {
	if ('failure' in answer || !answer.error?.closeCode || !refusals.includes(answer.status)) return null;
	return dropOf({ code: answer.error.closeCode, reason: '' }, answer.error, false);
}
