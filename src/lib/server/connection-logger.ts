/** What the logs say of connections: that one opened, was welcomed and ended, and which requests were turned away. Never of messages. */
import type { Clock } from '../clock.ts';
import { closeCode } from '../protocol/codes.ts';
import type { Connection } from './connection.ts';
import { classifyClose } from './incidents/causes.ts';
import type { Logger } from './logging.ts';
import { TokenBucket } from './token-bucket.ts';

/** Refusals that are told of: whoever floods the server with requests must not flood the disk, or rotate away what came before. */
const REFUSALS = { perSecond: 20, burst: 200 };

/** Of a request that was turned away, or failed. Texts come as they were sent. */
export interface RefusedRequest {
	request: string;
	path: string;
	status: number;
	address: string;
	origin: string | null;
	user?: string | undefined;
	/** Of the frame that it was answered with. */
	code?: string | undefined;
	closeCode?: number | undefined;
	reason?: string | undefined;
}

export class ConnectionLogger {
	readonly #logger: Logger;
	readonly #clock: Clock;
	/** Looked at once: a poll is not to pay for a line that nobody wants. */
	readonly #debugs: boolean;
	readonly #refusals: TokenBucket;
	#untold = 0;

	constructor(logger: Logger, clock: Clock) {
		this.#logger = logger;
		this.#clock = clock;
		this.#debugs = logger.isEnabledFor('debug');
		this.#refusals = new TokenBucket(REFUSALS, clock.now());
	}

	opened(connection: Connection) {
		if (this.#debugs) this.#logger.debug('{transport} {connection} opened', whoIs(connection));
	}

	welcomed(connection: Connection, resumed: boolean) {
		if (!this.#debugs) return;
		const { session, number } = connection;
		this.#logger.debug('{transport} {connection} is welcome', {
			...whoIs(connection),
			session: session?.id,
			connectionNumber: number,
			resumed,
		});
	}

	/** @param code of the close frame, or what stands for it. Called before it has left its rooms. */
	ended(connection: Connection, code: number, ageMs: number) {
		const { transport, session, number, ending, refusal, missed, invalid, subscriptions } = connection;
		const answered = transport === 'long-polling' && (code === closeCode.normal || code === closeCode.noCode);
		if (answered && !this.#debugs) return;
		const untold = refusal ? this.#takeTurn() : 0;
		if (untold === null) return;
		const facts = {
			...whoIs(connection),
			session: session?.id,
			connectionNumber: number,
			code,
			cause: classifyClose(ending ?? 'unknown', code).cause,
			endedBy: ending,
			ageMs: Math.round(ageMs),
			rooms: subscriptions.map(({ room }) => room.name),
			refusal: refusal?.code,
			missedPings: missed || undefined,
			invalidFrames: invalid || undefined,
			untold: untold || undefined,
		};
		if (answered) this.#logger.debug('{transport} {connection} is answered', facts);
		else this.#logger.info('{transport} {connection} ended: {cause} ({code})', facts);
	}

	/** An error where the server failed, a warning where a page of another origin may not connect: that may be a setting that lacks. */
	refused(read: () => RefusedRequest) {
		const untold = this.#takeTurn();
		if (untold === null) return;
		const facts = { ...read(), untold: untold || undefined };
		const level = facts.status >= 500 && facts.code === 'server-error' ? 'error' : facts.status === 403 ? 'warning' : 'info';
		this.#logger[level === 'warning' ? 'warn' : level]('request {request} to {path} was answered {status}: {reason}', facts);
	}

	/** How many refusals nobody was told of since the last one, or null where this one is to be one of them. */
	#takeTurn(): number | null {
		if (this.#refusals.take(this.#clock.now()) > 0) {
			this.#untold += 1;
			return null;
		}
		const untold = this.#untold;
		this.#untold = 0;
		return untold;
	}
}

const whoIs = ({ id, transport, user, address }: Connection) => ({ connection: id, transport, user: user?.id, address });
