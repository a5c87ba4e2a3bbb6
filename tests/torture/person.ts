/** Somebody who takes part: a real client behind the fault proxy, all of whose sends and deliveries go into the history. */
import { type Client, createClient, createMemoryOutboxStore, type Subscription } from '../../src/lib/client/index.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { SessionState } from '../../src/lib/protocol/estimation.ts';
import type { Position } from '../../src/lib/protocol/frames.ts';
import type { Recorder } from '../support/history.ts';
import type { Random } from '../support/random.ts';
import { recordRoom, recordSends } from '../support/record-client.ts';
import { type TransportMode, transportOf } from './transports.ts';

export interface PersonOptions {
	name: string;
	url: string;
	cookie: string;
	/** What carries, and which of its variants. @default 'websocket' */
	mode?: TransportMode;
	index?: number;
	recorder: Recorder;
	random: Random;
}

/** Fast enough that a run of seconds sees many recoveries. */
const settings = {
	reconnectInterval: 40,
	maxReconnectInterval: 400,
	jitter: 0.5,
	stableAfter: 50,
	connectTimeout: 1_000,
	probeTimeout: 400,
	historyTimeout: 2_000,
	maxReconnectAttempts: Number.POSITIVE_INFINITY,
	maxQueueSize: 5_000,
};

export class Person {
	readonly name: string;
	/** Messages that were taken for sending. */
	sent = 0;
	readonly #options: PersonOptions;
	/** Where the page hears of networks. */
	readonly #window = new EventTarget();
	/** What outlives a page: the outbox, and where the page stood in each room. */
	readonly #store = createMemoryOutboxStore();
	readonly #positions = new Map<string, Position>();
	readonly #rooms = new Map<string, { subscription: Subscription; session(): SessionState; end(): void }>();
	readonly #known = new Set<string>();
	#client: Client;

	constructor(options: PersonOptions) {
		this.name = options.name;
		this.#options = options;
		this.#store.identify(options.name, 0, null);
		this.#client = this.#open();
	}

	get rooms(): string[] {
		return [...this.#rooms.keys()];
	}
	get client(): Client {
		return this.#client;
	}

	/** Nothing is taken while the outbox is full. */
	send(room: string, text: string) {
		this.#send(room, 'chat', { text });
	}

	/** What this person was last told of a room's estimation. */
	estimation(room: string): SessionState['estimation'] {
		return this.#rooms.get(room)?.session().estimation;
	}

	/** Votes with a card, or takes the vote back. */
	vote(room: string, value: string | null) {
		const round = this.estimation(room)?.round;
		if (round !== undefined) this.#send(room, 'vote', { round, value });
	}

	/** Shows the cards, or where they are shown begins the next round. */
	moveOn(room: string) {
		const estimation = this.estimation(room);
		if (estimation) this.#send(room, estimation.revealed ? 'reset' : 'reveal', { round: estimation.round });
	}

	#send(room: string, kind: string, data: object) {
		// Nobody was refused for good: whoever thinks so has fallen for something.
		if (this.#client.state.name === 'closed')
			throw new Error(
				`${this.name} has given up:\n${this.#client
					.getTimeline()
					.slice(-12)
					.map((entry) => JSON.stringify(entry))
					.join('\n')}`,
			);
		if (this.#client.outbox(room).length >= settings.maxQueueSize) return;
		// A refusal shows in the history; a reload takes the promise's client away.
		this.#client.send(room, kind, data).stored.catch(() => {});
		this.sent += 1;
	}

	/** Follows a room: from where this person left it, anew, or from a position. */
	join(room: string, from: 'position' | 'now' | Position) {
		if (this.#rooms.has(room)) return;
		const position = from === 'position' ? this.#positions.get(room) : from === 'now' ? undefined : from;
		const { handlers, session, end } = recordRoom(this.#options.recorder, this.name, room, position);
		this.#rooms.set(room, { subscription: this.#client.subscribe(room, handlers, position), session, end });
	}

	leave(room: string) {
		const joined = this.#rooms.get(room);
		if (!joined) return;
		if (joined.subscription.position) this.#positions.set(room, joined.subscription.position);
		joined.subscription.close();
		this.#rooms.delete(room);
		joined.end();
	}

	/** The page is loaded anew: the outbox and the positions are all that is left. */
	reload() {
		const rooms = this.rooms;
		for (const room of rooms) this.leave(room);
		this.#client.close();
		this.#client = this.#open();
		for (const room of rooms) this.join(room, 'position');
	}

	/** The device is in another network, says the browser: what was learned of the last one is forgotten, and WebSocket probed. */
	changeNetwork() {
		this.#window.dispatchEvent(new Event('online'));
	}

	/** Everything sent is answered, and every room followed is at least at the given head. */
	settled(heads: ReadonlyMap<string, number>): boolean {
		const waits = (room: string) => this.#client.outbox(room).some(({ status }) => status !== 'failed');
		if ([...heads.keys()].some(waits)) return false;
		return [...this.#rooms].every(
			([room, { subscription }]) => subscription.live && (subscription.position?.offset ?? 0) >= (heads.get(room) ?? 0),
		);
	}

	/** One line on where this person stands, for a run that does not come to rest. */
	describe(): string {
		const rooms = [...this.#rooms].map(([room, { subscription, session }]) => {
			const waiting = this.#client.outbox(room).filter(({ status }) => status !== 'failed').length;
			const { round, revealed, votes = {} } = session().estimation ?? {};
			const seen = `round ${round}${revealed ? ', revealed' : ''}, ${Object.keys(votes).length} votes`;
			return `${room} at ${subscription.position?.offset ?? '-'}${subscription.live ? '' : ' (not live)'}, ${waiting} unsent, ${seen}`;
		});
		const error = this.#client.getErrorHistory().at(-1);
		return `${this.name}: ${this.#client.state.name}; ${rooms.join('; ')}${error ? `; last error: ${error.message}` : ''}`;
	}

	/** Gone for good. */
	close() {
		for (const room of this.rooms) this.leave(room);
		this.#client.close();
		this.#options.recorder.record({ type: 'leave', client: this.name });
	}

	#open(): Client {
		const { url, cookie, mode = 'websocket', index = 0, recorder, random } = this.#options;
		const clock: Clock = { ...systemClock, random };
		const logger = { debug() {}, error() {} };
		const client = createClient({
			...settings,
			url,
			transport: transportOf({ mode, index, cookie, recorder, clock }),
			page: { window: this.#window },
			store: this.#store,
			clock,
			logger,
		});
		recordSends(client, recorder, this.#known);
		client.on('transport', ({ type, transport }) => {
			if (type === 'carries') recorder.record({ type, client: this.name, transport });
		});
		client.connect();
		return client;
	}
}
