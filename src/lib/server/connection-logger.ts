/** What the logs say of connections: that one opened, was welcomed and ended, and which requests were turned away. Never of messages. */
import type { Clock } from '../clock.ts';
import { closeCode } from '../protocol/codes.ts';
import type { Connection } from './connection.ts';
import { classifyClose } from './incidents/causes.ts';
import { LineRate } from './line-rate.ts';
import type { Logger } from './logging.ts';

/** Refusals that are told of. */
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
	/** Looked at once: a poll is not to pay for a line that nobody wants. */
	readonly #debugs: boolean;
	readonly #refusals: LineRate;

	constructor(logger: Logger, clock: Clock) {
		this.#logger = logger;
		this.#debugs = logger.isEnabledFor('debug');
		this.#refusals = new LineRate(REFUSALS, clock);
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
		const untold = refusal ? this.#refusals.take() : 0;
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
		const untold = this.#refusals.take();
		if (untold === null) return;
		const facts = { ...read(), untold: untold || undefined };
		const level = facts.status >= 500 && facts.code === 'server-error' ? 'error' : facts.status === 403 ? 'warning' : 'info';
		this.#logger[level === 'warning' ? 'warn' : level]('request {request} to {path} was answered {status}: {reason}', facts);
	}
}

const whoIs = ({ id, transport, user, address }: Connection) => ({ connection: id, transport, user: user?.id, address });
