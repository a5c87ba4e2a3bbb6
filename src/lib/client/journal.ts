/** Who is told what happens: the listeners, the error history, the log. */
import { RealtimeError } from './errors.ts';
import { Emitter } from './events.ts';
import type { Options } from './options.ts';
import { Statistics } from './statistics.ts';
import type { ClientEvents, ConnectionState, Drop, ErrorRecord } from './types.ts';

export class Journal {
	readonly statistics = new Statistics();
	readonly events: Emitter<ClientEvents>;
	readonly #options: Options;

	constructor(options: Options) {
		this.#options = options;
		// A listener of `error` that throws must not be told about itself.
		this.events = new Emitter((error, event) => this.thrown(error, `a listener of "${event}"`, event !== 'error'));
	}

	transition(state: ConnectionState, previous: ConnectionState): void {
		const { debug, logger } = this.#options;
		if (debug) logger.debug(`holdfast: ${previous.name} -> ${state.name}`, state);
		this.events.emit('state', (listener) => listener(state, previous));
	}

	roundTrip(ms: number): void {
		this.statistics.roundTrip(ms);
		this.events.emit('roundTrip', (listener) => listener(ms));
	}

	drop({ code, class: errorClass, reason }: Drop, connectedMs: number): void {
		this.#record({ code, class: errorClass, message: reason, connectedMs });
	}

	error(error: RealtimeError): void {
		this.#record({ code: error.code, class: error.class, message: error.message, connectedMs: 0 });
	}

	/** The page's own code threw. The client goes on. */
	thrown(error: unknown, where: string, tell = true): void {
		this.#options.logger.error(`holdfast: ${where} threw`, error);
		if (tell) this.error(new RealtimeError('handler', `${where} threw: ${error}`, error));
	}

	#record(record: Omit<ErrorRecord, 'at'>) {
		const full = { at: this.#options.clock.wall(), ...record };
		this.statistics.error(full);
		this.events.emit('error', (listener) => listener(full));
	}
}
