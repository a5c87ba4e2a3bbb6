/** Who is told what happens: the listeners, the error history, the flight recorder, the log. A listener that throws never keeps the client from going on. */
import type { User, Welcome } from '../protocol/frames.ts';
import type { Notice } from '../transports/transport.ts';
import { createDiagnosis, type End } from './diagnosis.ts';
import { RealtimeError } from './errors.ts';
import { createFlightRecorder, recordPage } from './flight-recorder.ts';
import type { Options } from './options.ts';
import { createStatistics, keep } from './statistics.ts';
import type { ClientEvents, ConnectionState, Drop, ErrorRecord, EventArguments } from './types.ts';

/** @param ask asks the present connection whether anybody is there */
export function createJournal(options: Options, ask: () => void) {
	const { clock, debug, logger, userId } = options;
	const listeners: { [Name in keyof ClientEvents]: Set<ClientEvents[Name]> } = {
		state: new Set(),
		error: new Set(),
		outbox: new Set(),
		live: new Set(),
		roundTrip: new Set(),
		transport: new Set(),
		user: new Set(),
	};
	const errors: ErrorRecord[] = [];
	const statistics = createStatistics();
	const recorder = createFlightRecorder(clock);
	const diagnosis = createDiagnosis(options, recorder, ask);
	const stopPage = recordPage(options.page, recorder);
	/** The transport tells by itself what it tries. */
	let noticed = false;
	/** The last end of a connection that had been up, and of anything. */
	let dropped: ErrorRecord | null = null;
	let latest: ErrorRecord | null = null;
	/** Whom the server took this client for, where the page had expected another. */
	let other = userId;

	/** Calls the page's own code. */
	function guard(where: string, call: () => void, tell = true) {
		try {
			call();
		} catch (error) {
			logger.error(`holdfast: ${where} threw`, error);
			if (tell) report(new RealtimeError('handler', `${where} threw: ${error}`, error));
		}
	}

	function emit<Name extends keyof ClientEvents>(event: Name, ...args: EventArguments[Name]) {
		if (debug) logger.debug(`holdfast: ${event}`, ...args);
		// A listener of `error` that throws must not be told about itself.
		for (const listener of [...listeners[event]]) guard(`a listener of "${event}"`, () => listener(...args), event !== 'error');
	}

	function report({ code, class: errorClass, message }: Pick<ErrorRecord, 'code' | 'class' | 'message'>) {
		add({ at: clock.wall(), code, class: errorClass, message, connectedMs: 0 });
	}

	function add(record: ErrorRecord): ErrorRecord {
		keep(errors, record);
		emit('error', record);
		return record;
	}

	/** Once for each person: a reconnect is no news. */
	function recognize({ id }: User) {
		if (userId === undefined || id === userId || id === other) return;
		other = id;
		report(
			new RealtimeError('invalid-option', `userId: the page expected "${userId}", and the server says that this is "${id}"`),
		);
	}

	/** What was handed out stays as it was. */
	function revise(record: ErrorRecord | null, changes: Partial<ErrorRecord>): ErrorRecord | null {
		const index = record ? errors.indexOf(record) : -1;
		if (!record || index < 0) return record;
		const revised = { ...record, ...changes };
		errors[index] = revised;
		return revised;
	}

	return {
		statistics,
		guard,
		emit,
		/** Into the error history. */
		report,
		state(state: ConnectionState, previous: ConnectionState) {
			if (state.name !== previous.name) recorder.record({ type: 'state', from: previous.name, to: state.name });
			if (state.name === 'connecting') recorder.record({ type: 'attempt', attempt: state.attempt });
			if (state.name === 'closed') stopPage();
			diagnosis.state(state);
			emit('state', state, previous);
		},
		/** Call it when the state has changed. */
		welcome(welcome: Welcome, transport: string) {
			const { connection, resumed, server, previous } = welcome;
			const endedBy = previous?.endedBy ?? null;
			recorder.record({ type: 'welcome', transport, connection, boot: server.boot, resumed, previous: endedBy });
			statistics.connected();
			if (!noticed) {
				statistics.tried(transport);
				statistics.carried(transport);
			}
			const known = diagnosis.welcome(welcome);
			if (known && dropped) revise(dropped, { diagnosis: known });
			dropped = latest = null;
			recognize(welcome.user);
		},
		moved: diagnosis.moved,
		/** What a transport of several does behind its one face. */
		notice(notice: Notice) {
			const { type, transport, probe } = notice;
			noticed = true;
			if (type === 'tried') statistics.tried(transport);
			if (type === 'carries') statistics.carried(transport);
			// Probes go on for as long as WebSocket is blocked: what came of them says enough.
			if (type !== 'tried' || !probe) recorder.record({ ...notice, type: 'transport', event: type });
			emit('transport', notice);
		},
		probed(ms: number | null) {
			recorder.record({ type: 'probe', ms });
			diagnosis.probed(ms);
		},
		why: diagnosis.why,
		drop(drop: Drop, end: End) {
			const { code, class: errorClass, reason } = drop;
			const { connectedMs, transport, silentMs } = end;
			recorder.record({ type: 'close', code, class: errorClass, reason, transport, ageMs: connectedMs, silentMs });
			statistics.dropped(clock.now(), connectedMs);
			if (connectedMs === null && !noticed) statistics.tried(transport);
			const known = diagnosis.drop(drop, end);
			const record = { at: clock.wall(), code, class: errorClass, message: reason, connectedMs: connectedMs ?? 0 };
			latest = add({ ...record, diagnosis: known });
			if (connectedMs !== null) dropped = latest;
		},
		async diagnose() {
			const found = await diagnosis.diagnose();
			// While there is no connection, this is what keeps it from coming back.
			const revised = revise(latest, { diagnosis: found });
			if (dropped === latest) dropped = revised;
			latest = revised;
			return found;
		},
		errors: (): readonly ErrorRecord[] => [...errors],
		timeline: recorder.timeline,
		/** Listens; returns the function that stops it. The same function given twice is called once. */
		on<Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]): () => void {
			listeners[event].add(listener);
			return () => listeners[event].delete(listener);
		},
	};
}
