/** Who is here, over what and how well: the rows of the status page, and the sums over them. */
import {
	type ConnectionOrder,
	type ConnectionRow,
	type Connections,
	type Metrics,
	transportNames,
} from '../../protocol/status.ts';
import type { Registry } from '../registry.ts';
import type { Session, Sessions } from '../session.ts';

export interface ConnectionQuery {
	/** Part of a name, an id, an address, a room or a transport, in any case; empty: all. */
	search: string;
	sort: ConnectionOrder;
	descending: boolean;
	limit: number;
}

/** A client over HTTP is here while it is away no longer than this between two requests, in milliseconds. */
const BETWEEN_REQUESTS = 5_000;
/** One that does not listen lets another tab of its browser do so, and asks by itself each 25 s: see `transports/tabs.ts`. */
const BETWEEN_QUESTIONS = 30_000;

/** Polls whose ids were told and may be asked for by them, the last ones. */
const TOLD = 2_000;

/** Up to which round trip a connection is called so, in milliseconds: as a client judges its own. */
const grades: [ConnectionRow['quality'], number][] = [
	['excellent', 150],
	['good', 400],
	['fair', 1_000],
];

export class Presence {
	readonly #registry: Registry;
	readonly #sessions: Sessions;
	/** Each poll is a connection of its own: who reads a row and asks for it means the client that has gone on to the next. */
	readonly #told = new Map<string, Session>();

	constructor(registry: Registry, sessions: Sessions) {
		this.#registry = registry;
		this.#sessions = sessions;
	}

	/** Clients by what carries them. */
	get clients(): Record<ConnectionRow['transport'], number> {
		const clients = { websocket: 0, 'event-stream': 0, 'long-polling': 0 };
		for (const { transport } of this.#here()) clients[transport] += 1;
		return clients;
	}

	/** What those who are here say of messages that wait for their ack. */
	get outbox(): Metrics['outbox'] {
		const sum = { clients: 0, messages: 0, oldestMs: 0 };
		for (const { outbox } of this.#here()) {
			if (!outbox) continue;
			sum.clients += 1;
			sum.messages += outbox.messages;
			sum.oldestMs = Math.max(sum.oldestMs, outbox.oldestMs);
		}
		return sum;
	}

	/** Those that match. */
	rows({ search, sort, descending, limit }: ConnectionQuery): Connections {
		const wanted = search.toLowerCase();
		const all = [...this.#here()].map((session) => ({ session, row: rowOf(session, this.#registry.now) }));
		const matching = wanted === '' ? all : all.filter(({ row }) => textOf(row).includes(wanted));
		const direction = descending ? -1 : 1;
		matching.sort(({ row: a }, { row: b }) => direction * compare[sort](a, b) || (a.id < b.id ? -1 : 1));
		const told = matching.slice(0, limit);
		for (const { row, session } of told) if (row.transport === 'long-polling') this.#remember(row.id, session);
		return { total: all.length, matching: matching.length, rows: told.map(({ row }) => row) };
	}

	/** The session that a row of this id stands for, or stood for when it was told. */
	find(id: string): Session | undefined {
		for (const session of this.#here()) if (session.latest?.id === id) return session;
		const told = this.#told.get(id);
		return told && this.#isHere(told) ? told : undefined;
	}

	*#here(): Generator<Session> {
		for (const session of this.#sessions) if (this.#isHere(session)) yield session;
	}

	#isHere({ connection, onHttp, endedAt, latest }: Session): boolean {
		if (connection || !onHttp) return connection !== null;
		return this.#registry.now - endedAt < (latest?.listens ? BETWEEN_REQUESTS : BETWEEN_QUESTIONS);
	}

	#remember(id: string, session: Session) {
		this.#told.delete(id); // told again, it is the newest
		this.#told.set(id, session);
		if (this.#told.size <= TOLD) return;
		const [oldest = ''] = this.#told.keys();
		this.#told.delete(oldest);
	}
}

function rowOf({ latest, connection, outbox, transport, since, rooms }: Session, now: number): ConnectionRow {
	return {
		id: latest?.id ?? '',
		user: latest?.user ?? null,
		transport,
		address: latest?.address ?? '',
		rooms: connection ? connection.subscriptions.map(({ room }) => room.name) : [...rooms],
		ageMs: Math.max(0, now - since),
		roundTripMs: latest?.roundTripMs ?? null,
		quality: latest && latest.missed > 0 ? 'poor' : qualityOf(latest?.roundTripMs ?? null),
		bufferedBytes: connection?.buffered ?? 0,
		outbox,
	};
}

function qualityOf(roundTripMs: number | null): ConnectionRow['quality'] {
	if (roundTripMs === null) return 'unknown';
	return grades.find(([, most]) => roundTripMs <= most)?.[0] ?? 'poor';
}

const textOf = ({ id, user, address, rooms, transport }: ConnectionRow): string =>
	[id, user?.id, user?.name, address, transport, ...rooms].join('\n').toLowerCase();

const compare: Record<ConnectionOrder, (a: ConnectionRow, b: ConnectionRow) => number> = {
	user: (a, b) => (a.user?.name ?? '').localeCompare(b.user?.name ?? ''),
	transport: (a, b) => transportNames.indexOf(a.transport) - transportNames.indexOf(b.transport),
	rooms: (a, b) => a.rooms.length - b.rooms.length,
	age: (a, b) => a.ageMs - b.ageMs,
	// Not measured counts as less than any.
	roundTrip: (a, b) => (a.roundTripMs ?? -1) - (b.roundTripMs ?? -1),
	buffered: (a, b) => a.bufferedBytes - b.bufferedBytes,
};
