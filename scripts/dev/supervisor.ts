/** Keeps the development server running: starts it again when it was killed or has crashed, and leaves with it when asked to. */
import type { Cancel, Clock } from '../../src/lib/clock.ts';
import type { StartReason } from '../../src/lib/stores/fault-shapes.ts';

/** Pauses after crashes in a row, in milliseconds; the last one stays. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];
/** What has run for so long has not crashed on starting, in milliseconds. */
const SETTLED = 10_000;
/** One press of Ctrl+C reaches us from the terminal and once more from each `bun run` above us, all within this time, in milliseconds. */
const SAME_PRESS = 500;

export interface Child {
	kill(signal: NodeJS.Signals): void;
	send(message: unknown): void;
}

export interface SupervisorOptions {
	/** Starts the server. `exited` is called once, with its code or the signal that ended it. */
	spawn(exited: (code: number | null, signal: string | number | null) => void): Child;
	clock: Clock;
	/** Tells the person at the terminal. */
	say(text: string): void;
	/** There is nothing more to do: with the code that our own process ends with. */
	over(code: number): void;
}

type State =
	| { name: 'starting'; child: Child }
	| { name: 'up'; child: Child; since: number }
	| { name: 'down'; cancel: Cancel }
	| { name: 'leaving'; child: Child; since: number }
	| { name: 'over' };

export class Supervisor {
	readonly #options: SupervisorOptions;
	#state: State = { name: 'over' };
	/** Why the server runs, or starts, now. */
	#reason: StartReason = 'first';
	#everUp = false;
	#kills = 0;
	/** Crashes in a row. */
	#crashes = 0;
	/** How long it stays dead when it dies of a kill. */
	#downMs = 0;

	constructor(options: SupervisorOptions) {
		this.#options = options;
	}

	get report(): { startedAfter: StartReason; kills: number } {
		return { startedAfter: this.#reason, kills: this.#kills };
	}

	start() {
		const child = this.#options.spawn((code, signal) => this.#exited(code, signal));
		this.#state = { name: 'starting', child };
	}

	/** It listens. `--watch` starts it anew within the same process: then it was up already. */
	ready() {
		if (this.#state.name !== 'starting' && this.#state.name !== 'up') return;
		if (this.#state.name === 'up') this.#reason = 'edit';
		this.#everUp = true;
		this.#state = { name: 'up', child: this.#state.child, since: this.#options.clock.now() };
	}

	send(message: unknown) {
		if ('child' in this.#state) this.#state.child.send(message);
	}

	/** `kill -9`; it starts again after `downMs`. Does nothing while there is nothing to kill. */
	kill(downMs: number) {
		if (this.#state.name !== 'starting' && this.#state.name !== 'up') return;
		this.#downMs = downMs;
		this.#state.child.kill('SIGKILL');
	}

	/** Passes a signal on; what it gives a second time ends the server at once. */
	leave(signal: NodeJS.Signals) {
		if (this.#state.name === 'down') {
			this.#state.cancel();
			this.#end(0);
		} else if (this.#state.name !== 'over') {
			const now = this.#options.clock.now();
			if (this.#state.name === 'leaving' && now - this.#state.since < SAME_PRESS) return;
			this.#state = { name: 'leaving', child: this.#state.child, since: now };
			this.#state.child.kill(signal);
		}
	}

	#exited(code: number | null, signal: string | number | null) {
		const was = this.#state;
		// Whoever was asked to go and died of the signal has done as told.
		if (was.name === 'leaving') return this.#end(code ?? 0);
		// It has said why it does not start: a wrong setting, a database in use.
		if (!this.#everUp) return this.#end(code || 1);
		if (signal === 'SIGKILL') {
			this.#kills += 1;
			return this.#again('kill', this.#downMs, 'The server was killed.');
		}
		const { clock } = this.#options;
		if (was.name === 'up' && clock.now() - was.since > SETTLED) this.#crashes = 0;
		const pause = PAUSES[Math.min(this.#crashes, PAUSES.length - 1)] ?? 0;
		this.#crashes += 1;
		this.#again('crash', pause, `The server ended with ${signal ?? `code ${code}`}.`);
	}

	#again(reason: StartReason, ms: number, why: string) {
		const { clock, say } = this.#options;
		this.#reason = reason;
		this.#downMs = 0;
		say(`${why} It starts again ${ms === 0 ? 'at once' : `in ${ms / 1_000} s`}.`);
		this.#state = { name: 'down', cancel: clock.setTimeout(() => this.start(), ms) };
	}

	#end(code: number) {
		this.#state = { name: 'over' };
		this.#options.over(code);
	}
}
