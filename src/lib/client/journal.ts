/** Who is told what happens: the listeners, the error history, the log. A listener that throws never keeps the client from going on. */
import { RealtimeError } from './errors.ts';
import type { Options } from './options.ts';
import { createStatistics, keep } from './statistics.ts';
import type { ClientEvents, Drop, ErrorRecord, EventArguments } from './types.ts';

export function createJournal({ clock, debug, logger }: Options) {
	const listeners: { [Name in keyof ClientEvents]: Set<ClientEvents[Name]> } = {
		state: new Set(),
		error: new Set(),
		outbox: new Set(),
		live: new Set(),
		roundTrip: new Set(),
		transport: new Set(),
	};
	const errors: ErrorRecord[] = [];

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

	function report({ code, class: errorClass, message }: Omit<ErrorRecord, 'at' | 'connectedMs'>, connectedMs = 0) {
		const record = { at: clock.wall(), code, class: errorClass, message, connectedMs };
		keep(errors, record);
		emit('error', record);
	}

	return {
		statistics: createStatistics(),
		guard,
		emit,
		/** Into the error history. */
		report,
		drop: (drop: Drop, connectedMs: number | null) => report({ ...drop, message: drop.reason }, connectedMs ?? 0),
		errors: (): readonly ErrorRecord[] => [...errors],
		/** Listens; returns the function that stops it. The same function given twice is called once. */
		on<Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]): () => void {
			listeners[event].add(listener);
			return () => listeners[event].delete(listener);
		},
	};
}
