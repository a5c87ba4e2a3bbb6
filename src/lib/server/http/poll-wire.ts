/** What a poll gathers, and when it is answered: at the end of the tick in which all it asked for is there, and news for one that waits. */
import { closeCode } from '../../protocol/codes.ts';
import { type Connection, SLOW_CONSUMER_BYTES } from '../connection.ts';
import { guarded, type Report } from '../errors.ts';
import type { Topics } from '../wire.ts';
import { bare, HttpWire } from './http-wire.ts';

export interface PollWireOptions {
	topics: Topics;
	connection: Connection;
	/** Whether it is held until there is news. */
	waits: boolean;
	report: Report;
	/** Called once, with the array of frames; or `refuse`, with what a WebSocket would be closed with. */
	answer(text: string): void;
	refuse(code: number, reason: string): void;
}

export class PollWire extends HttpWire {
	readonly #options: PollWireOptions;
	readonly #frames: string[] = [];
	#length = 0;
	#news = false;
	#late = false;
	#state: 'open' | 'looking' | 'over' = 'open';
	readonly #look: () => void;

	constructor(options: PollWireOptions) {
		super(options.topics);
		this.#options = options;
		const { report, connection } = options;
		this.#look = guarded(
			report,
			'poll',
			() => this.#answerIfReady(),
			() => connection.end('server-error', closeCode.serverError, 'the server could not answer'),
		);
	}

	send(text: string) {
		this.#frames.push(bare(text));
		this.#length += text.length;
		this.#news ||= isNews(text);
		this.settled();
	}

	/** Something of what was asked is done: at the end of this tick we see whether all of it is. */
	settled() {
		if (this.#state !== 'open') return;
		this.#state = 'looking';
		setImmediate(this.#look);
	}

	/** It has waited as long as it may. */
	timeUp = () => {
		this.#late = true;
		this.settled();
	};

	/** The client has gone. */
	abort() {
		this.#finish(() => this.#options.answer('[]'));
	}

	/** Ended by the server: one whose place was taken, or who is gone, hears only what is new. */
	close(code: number, reason: string) {
		const { answer, refuse } = this.#options;
		this.#finish(() => (code === closeCode.normal ? answer(this.#news ? this.#text : '[]') : refuse(code, reason)));
	}

	/** A long replay stops where it would for any reader, and the client asks for the rest. A poll itself is never too slow. */
	getBufferedAmount(): number {
		return Math.min(this.#length, SLOW_CONSUMER_BYTES);
	}

	get #text(): string {
		return `[${this.#frames.join(',')}]`;
	}

	#answerIfReady() {
		if (this.#state !== 'looking') return;
		this.#state = 'open';
		const { connection, waits, answer } = this.#options;
		const { session, stalled } = connection;
		const done = connection.unanswered === 0 && (connection.turns === 0 || stalled);
		// Where the last answer was cut, the client does not know yet that its other rooms are quiet.
		const held = waits && !session?.cut;
		if (!this.#late && (!done || (held && !this.#news && !connection.hasNews))) return;
		if (session && connection.subscriptions.length > 0) session.cut = stalled;
		this.#finish(() => answer(this.#text));
	}

	#finish(respond: () => void) {
		if (this.#state === 'over') return;
		this.#state = 'over';
		respond();
	}
}

/** Whether a client that waits wants to hear of it now: everything but that it is welcome, and live as it was. */
export function isNews(text: string): boolean {
	if (/^\{"type":"(?:welcome|live)"/.test(text)) return false;
	// Quotes in a room's name are escaped: the first match is the result itself.
	return !text.startsWith('{"type":"subscribed"') || !/"result":"(?:fresh|resumed)"/.test(text);
}
