/** Refuses single people with a close code of our choice, as the server itself would: what no fault of a network can bring about. */
import type { WebSocketHandler } from 'bun';
import { closeCode, type Ending } from '../../src/lib/protocol/codes.ts';
import type { Connection } from '../../src/lib/server/connection.ts';
import { guarded, type Report } from '../../src/lib/server/errors.ts';
import { closeFrame, closeResponse } from '../../src/lib/server/http/refusal.ts';
import type { FaultChange, RefusalCode } from '../../src/lib/stores/fault-shapes.ts';

const REASON = 'refused by the fault panel';
/** What whoever asks too often, or too much, is told to wait, in milliseconds. */
const RETRY_AFTER = 5_000;

/** What the server puts each code down to. */
const endings: Record<RefusalCode, Ending> = {
	[closeCode.serverError]: 'server-error',
	[closeCode.restart]: 'restart',
	[closeCode.tryLater]: 'drain',
	[closeCode.unauthenticated]: 'protocol',
	[closeCode.forbidden]: 'protocol',
	[closeCode.replaced]: 'replaced',
	[closeCode.version]: 'protocol',
	[closeCode.rateLimited]: 'rate-limit',
	[closeCode.slowConsumer]: 'slow-consumer',
	[closeCode.overloaded]: 'rate-limit',
};
const retryAfterOf = (code: RefusalCode) => (code === closeCode.rateLimited || code === closeCode.overloaded ? RETRY_AFTER : 0);
/** These are told in a frame before the end; the others by their code alone. */
const isTold = (code: RefusalCode) => code >= 4000 && code !== closeCode.slowConsumer;

export class Refusals {
	readonly #codes = new Map<string, RefusalCode>();
	/** Whose next request over HTTP is refused once. */
	readonly #once = new Map<string, RefusalCode>();
	readonly #open = new Set<Connection>();

	/** The code that holds for a person. */
	of(person: string): RefusalCode | null {
		return this.#codes.get(person) ?? null;
	}

	change(person: string, change: FaultChange) {
		if (change.type === 'heal') {
			this.#codes.delete(person);
			this.#once.delete(person);
		}
		if (change.type !== 'refuse') return;
		const theirs = [...this.#open].filter(({ user }) => user?.id === person);
		this.#codes.delete(person);
		if (change.stays) this.#codes.set(person, change.code);
		else if (theirs.length === 0) this.#once.set(person, change.code);
		for (const connection of theirs) refuse(connection, change.code);
	}

	/** The answer to a request that stands for a connection, or undefined where it may pass. */
	answer(person: string): Response | undefined {
		const code = this.#codes.get(person) ?? this.#once.get(person);
		this.#once.delete(person);
		return code && closeResponse(code, REASON, { retryAfterMs: retryAfterOf(code) });
	}

	/** The handlers of WebSockets, with ours around them. */
	around(handler: WebSocketHandler<Connection>, report: Report): WebSocketHandler<Connection> {
		return {
			...handler,
			open: guarded(report, 'faults', (socket) => {
				handler.open?.(socket);
				const code = this.#codes.get(socket.data.user?.id ?? '');
				if (code) refuse(socket.data, code);
				else this.#open.add(socket.data);
			}),
			close: guarded(report, 'faults', (socket, code, reason) => {
				this.#open.delete(socket.data);
				handler.close?.(socket, code, reason);
			}),
		};
	}
}

function refuse(connection: Connection, code: RefusalCode) {
	const { code: error } = closeFrame(code, REASON);
	if (isTold(code)) connection.error(error, REASON, { fatal: true, retryAfterMs: retryAfterOf(code) });
	connection.end(endings[code], code, REASON);
}
