/** Every close, refusal and error of this server, with its cause and what the client was advised: counted, and the last ones kept. */
import type { Clock } from '../../clock.ts';
import { closeCode, type Ending, type ErrorClass, type ErrorCode } from '../../protocol/codes.ts';
import type { Hello } from '../../protocol/frames.ts';
import type { Connection, TransportName } from '../connection.ts';
import { guarded } from '../errors.ts';
import { type AgeBucket, Ages } from './ages.ts';
import { type Advice, type Cause, type Classified, classifyClose, classifyError } from './causes.ts';
import { Tally } from './tally.ts';

/** Incidents that are kept. */
const HISTORY = 200;

/** How it came: a connection ended, a request was turned away before it was one, a frame was refused, or our own code failed. */
type Kind = 'close' | 'refusal' | 'error' | 'failure';

export interface Incident {
	kind: Kind;
	/** Wall time, milliseconds since 1970: of the last one, where several alike came in a row. */
	at: number;
	times: number;
	cause: Cause;
	class: ErrorClass;
	/** The close code, or the code of the `error` or `nack`; of a failure the place it came out of. */
	code: number | string;
	/** `http` for a request that asks for no connection. */
	transport: TransportName | 'http' | 'server';
	/** How long the connection had been open, in milliseconds; 0 for what never was. */
	ageMs: number;
	connection?: string | undefined;
	user?: string | undefined;
	room?: string | undefined;
	advice: Advice;
	retryAfterMs: number;
}

type Facts = Pick<Incident, 'code' | 'transport' | 'ageMs' | 'connection' | 'user' | 'room' | 'retryAfterMs'>;

/** Classes of closes that are as they should be: everything else is trouble. */
const ordinary: ReadonlySet<ErrorClass> = new Set(['closed', 'restart', 'replaced']);
/** Causes that have a figure of their own. */
const ownFigure: ReadonlySet<Cause> = new Set(['storage', 'out-of-order', 'overload']);

export interface IncidentReport {
	/** Refusals, refused frames, our own failures, and connections that did not end as they should. */
	errors: {
		total: number;
		/** Those of the last 60 s. */
		lastMinute: number;
		lastMinuteByCause: Partial<Record<Cause, number>>;
		byKind: Partial<Record<Kind, number>>;
		byCause: Partial<Record<Cause, number>>;
		byClass: Partial<Record<ErrorClass, number>>;
		byTransport: Partial<Record<Incident['transport'], number>>;
	};
	closes: {
		/** Every connection that ended; those among them that broke; and beside them requests over HTTP that ended as they should. */
		total: number;
		broken: number;
		finished: number;
		byCause: Partial<Record<Cause, number>>;
		/** Ages of connections that the network or their silence ended, as seen here and as clients reported them. */
		ages: { seen: AgeBucket[]; reported: AgeBucket[] };
		/** The sum of those seen here. */
		agesMs: number;
	};
	/** The last ones, the newest at the end. */
	history: Incident[];
}

/** What is counted since the start, or since the last reset. */
class Account {
	readonly byKind = new Tally<Kind>();
	readonly byCause = new Tally<Cause>();
	readonly byClass = new Tally<ErrorClass>();
	readonly byTransport = new Tally<Incident['transport']>();
	readonly closes = new Tally<Cause>();
	readonly seen = new Ages();
	readonly reported = new Ages();
	history: Incident[] = [];
	errors = 0;
	closed = 0;
	broken = 0;
	/** Of the broken ones, those that the network, silence or a slow reader ended. */
	lost = 0;
	finished = 0;
	/** Frames that were refused and failures of ours, and those among them that speak of neither a full disk nor a full server. */
	answers = 0;
	faults = 0;
}

export class Incidents {
	readonly #clock: Clock;
	#account = new Account();
	readonly #add: (kind: Kind, classified: Classified, facts: Facts) => void;
	/** Hears of each connection that the network broke, and how old it was. */
	onBroken: (ageMs: number) => void = () => {};

	/** @param failed hears when the account itself fails: whoever is counted must not suffer from it */
	constructor(clock: Clock, failed: (error: unknown) => void) {
		this.#clock = clock;
		this.#add = guarded((_, error) => failed(error), 'incidents', this.#record.bind(this));
	}

	/** A connection has ended, by a close frame of this code or what stands for it. */
	ended({ id, ending, transport, user, refusal, subscriptions }: Connection, code: number, ageMs: number) {
		if (transport !== 'websocket' && (code === closeCode.normal || code === closeCode.noCode)) {
			this.#account.finished += 1; // answered, replaced by the client's own next one, or given up by it
			return;
		}
		const classified = classifyClose(ending ?? 'unknown', code);
		const [only, ...others] = subscriptions;
		const room = others.length === 0 ? only?.room.name : undefined;
		const retryAfterMs = refusal?.retryAfterMs ?? 0;
		this.#add('close', classified, { code, transport, ageMs, connection: id, user: user?.id, room, retryAfterMs });
	}

	/** A request was turned away before it became a connection. */
	refused(transport: Incident['transport'], code: number, retryAfterMs: number, user?: string) {
		this.#add('refusal', classifyClose('unknown', code), { code, transport, ageMs: 0, user, retryAfterMs });
	}

	/** A frame was refused, and the connection goes on. */
	error(
		{ id, transport, user }: Connection,
		code: ErrorCode,
		{ room, retryAfterMs = 0 }: { room?: string; retryAfterMs?: number } = {},
	) {
		this.#add('error', classifyError(code), { code, transport, ageMs: 0, connection: id, user: user?.id, room, retryAfterMs });
	}

	/** Our own code failed at `where`. */
	failed(where: string) {
		this.#add('failure', classifyError('server-error'), { code: where, transport: 'server', ageMs: 0, retryAfterMs: 0 });
	}

	/** What a client says of the end of its last connection, which may never have reached us. */
	reported({ lastClose }: Hello) {
		if (lastClose && classifyClose(endingOf(lastClose.code), lastClose.code).class === 'connection')
			this.#account.reported.add(lastClose.afterMs);
	}

	/** Begins to count anew. */
	reset() {
		this.#account = new Account();
	}

	get report(): IncidentReport {
		const { byKind, byCause, byClass, byTransport, closes, seen, reported, history, errors, closed, broken, finished } =
			this.#account;
		const lastMinuteByCause = byCause.lastMinute(this.#clock.now());
		return {
			errors: {
				total: errors,
				lastMinute: Object.values(lastMinuteByCause).reduce((sum, count) => sum + count, 0),
				lastMinuteByCause,
				byKind: byKind.totals,
				byCause: byCause.totals,
				byClass: byClass.totals,
				byTransport: byTransport.totals,
			},
			closes: {
				total: closed,
				broken,
				finished,
				byCause: closes.totals,
				ages: { seen: seen.buckets, reported: reported.buckets },
				agesMs: seen.sumMs,
			},
			history: history.slice(-HISTORY).map((incident) => ({ ...incident })),
		};
	}

	/** Counts alone, for whoever looks each second. */
	get totals(): Pick<Account, 'errors' | 'broken' | 'lost' | 'answers' | 'faults'> {
		return this.#account;
	}

	#record(kind: Kind, classified: Classified, facts: Facts) {
		const account = this.#account;
		const now = this.#clock.now();
		const isTrouble = kind !== 'close' || !ordinary.has(classified.class);
		if (kind === 'close') {
			account.closed += 1;
			account.closes.add(classified.cause, now);
			if (isTrouble) account.broken += 1;
			if (classified.class === 'connection') {
				account.lost += 1;
				account.seen.add(facts.ageMs);
			}
			if (classified.cause === 'network') this.onBroken(facts.ageMs);
		}
		if (kind === 'error' || kind === 'failure') {
			account.answers += 1;
			if (!ownFigure.has(classified.cause)) account.faults += 1;
		}
		if (isTrouble) {
			account.errors += 1;
			account.byKind.add(kind, now);
			account.byCause.add(classified.cause, now);
			account.byClass.add(classified.class, now);
			account.byTransport.add(facts.transport, now);
		}
		this.#remember(kind, classified, facts);
	}

	#remember(kind: Kind, classified: Classified, facts: Facts) {
		const account = this.#account;
		const at = this.#clock.wall();
		const last = account.history.at(-1);
		// A flood of one sort must not wash out what came before it.
		if (
			last &&
			kind !== 'close' &&
			last.kind === kind &&
			last.code === facts.code &&
			last.transport === facts.transport &&
			last.user === facts.user &&
			last.room === facts.room
		) {
			Object.assign(last, { at, times: last.times + 1, retryAfterMs: facts.retryAfterMs });
			return;
		}
		account.history.push({ kind, at, times: 1, ...classified, ...facts });
		if (account.history.length >= 2 * HISTORY) account.history = account.history.slice(-HISTORY);
	}
}

const endingOf = (code: number): Ending => (code === closeCode.normal ? 'client' : 'unknown');
