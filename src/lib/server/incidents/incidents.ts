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
	user?: string | undefined;
	room?: string | undefined;
	advice: Advice;
	retryAfterMs: number;
}

type Facts = Pick<Incident, 'code' | 'transport' | 'ageMs' | 'user' | 'room' | 'retryAfterMs'>;

export interface IncidentReport {
	/** All of the below, and requests over HTTP that ended as they should. */
	total: number;
	finished: number;
	byKind: Partial<Record<Kind, number>>;
	byCause: Partial<Record<Cause, number>>;
	byClass: Partial<Record<ErrorClass, number>>;
	byTransport: Partial<Record<Incident['transport'], number>>;
	/** By cause, those of the last 60 s. */
	lastMinute: Partial<Record<Cause, number>>;
	/** Ages of connections that broke, as seen here and as clients reported them. */
	ages: { seen: AgeBucket[]; reported: AgeBucket[] };
	/** The last ones, the newest at the end. */
	history: Incident[];
}

export class Incidents {
	readonly #clock: Clock;
	readonly #byKind = new Tally<Kind>();
	readonly #byCause = new Tally<Cause>();
	readonly #byClass = new Tally<ErrorClass>();
	readonly #byTransport = new Tally<Incident['transport']>();
	readonly #seen = new Ages();
	readonly #reported = new Ages();
	#history: Incident[] = [];
	#total = 0;
	#finished = 0;
	readonly #add: (kind: Kind, classified: Classified, facts: Facts) => void;

	/** @param failed hears when the account itself fails: whoever is counted must not suffer from it */
	constructor(clock: Clock, failed: (error: unknown) => void) {
		this.#clock = clock;
		this.#add = guarded((_, error) => failed(error), 'incidents', this.#record.bind(this));
	}

	/** A connection has ended, by a close frame of this code or what stands for it. */
	ended({ ending, transport, user, refusal, subscriptions }: Connection, code: number, ageMs: number) {
		if (transport !== 'websocket' && (code === closeCode.normal || code === closeCode.noCode)) {
			this.#finished += 1; // answered, replaced by the client's own next one, or given up by it
			return;
		}
		const classified = classifyClose(ending ?? 'unknown', code);
		if (classified.class === 'connection') this.#seen.add(ageMs);
		const [only, ...others] = subscriptions;
		const room = others.length === 0 ? only?.room.name : undefined;
		this.#add('close', classified, { code, transport, ageMs, user: user?.id, room, retryAfterMs: refusal?.retryAfterMs ?? 0 });
	}

	/** A request was turned away before it became a connection. */
	refused(transport: Incident['transport'], code: number, retryAfterMs: number, user?: string) {
		this.#add('refusal', classifyClose('unknown', code), { code, transport, ageMs: 0, user, retryAfterMs });
	}

	/** A frame was refused, and the connection goes on. */
	error(
		{ transport, user }: Connection,
		code: ErrorCode,
		{ room, retryAfterMs = 0 }: { room?: string; retryAfterMs?: number } = {},
	) {
		this.#add('error', classifyError(code), { code, transport, ageMs: 0, user: user?.id, room, retryAfterMs });
	}

	/** Our own code failed at `where`. */
	failed(where: string) {
		this.#add('failure', classifyError('server-error'), { code: where, transport: 'server', ageMs: 0, retryAfterMs: 0 });
	}

	/** What a client says of the end of its last connection, which may never have reached us. */
	reported({ lastClose }: Hello) {
		if (lastClose && classifyClose(endingOf(lastClose.code), lastClose.code).class === 'connection')
			this.#reported.add(lastClose.afterMs);
	}

	get report(): IncidentReport {
		return {
			total: this.#total,
			finished: this.#finished,
			byKind: this.#byKind.totals,
			byCause: this.#byCause.totals,
			byClass: this.#byClass.totals,
			byTransport: this.#byTransport.totals,
			lastMinute: this.#byCause.lastMinute(this.#clock.now()),
			ages: { seen: this.#seen.buckets, reported: this.#reported.buckets },
			history: this.#history.slice(-HISTORY).map((incident) => ({ ...incident })),
		};
	}

	#record(kind: Kind, classified: Classified, facts: Facts) {
		const now = this.#clock.now();
		this.#total += 1;
		this.#byKind.add(kind, now);
		this.#byCause.add(classified.cause, now);
		this.#byClass.add(classified.class, now);
		this.#byTransport.add(facts.transport, now);
		const at = this.#clock.wall();
		const last = this.#history.at(-1);
		// A flood of one sort must not wash out what came before it.
		if (
			last &&
			kind !== 'close' &&
			last.kind === kind &&
			last.code === facts.code &&
			last.user === facts.user &&
			last.room === facts.room
		) {
			Object.assign(last, { at, times: last.times + 1, retryAfterMs: facts.retryAfterMs });
			return;
		}
		this.#history.push({ kind, at, times: 1, ...classified, ...facts });
		if (this.#history.length >= 2 * HISTORY) this.#history = this.#history.slice(-HISTORY);
	}
}

const endingOf = (code: number): Ending => (code === closeCode.normal ? 'client' : 'unknown');
