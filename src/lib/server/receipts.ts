/** What a client hears of a message that it published: stored, stored before, or refused. */
import type { ErrorCode } from '../protocol/codes.ts';
import type { Publish } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import type { Incidents } from './incidents/incidents.ts';
import type { Entry, Result } from './log/message-log.ts';
import type { Counters } from './monitor/counters.ts';

/** Of a `nack`, beside its code and message. */
export interface Refusal {
	retry: boolean;
	retryAfterMs?: number;
	expected?: number;
	duplicate?: true | undefined;
}

export class Receipts {
	readonly #incidents: Incidents;
	readonly #counters: Counters;

	constructor(incidents: Incidents, counters: Counters) {
		this.#incidents = incidents;
		this.#counters = counters;
	}

	answer(connection: Connection, frame: Publish, { at }: Entry, result: Result, epoch: string) {
		const { room, seq } = frame;
		switch (result.status) {
			case 'stored':
				this.#counters.stored += 1;
				return ack(connection, frame, { epoch, offset: result.offset, at });
			case 'duplicate':
				this.#counters.duplicates += 1;
				return ack(connection, frame, { epoch, offset: result.offset, at: result.at, duplicate: true });
			case 'refused':
				return this.nack(connection, frame, result.code, result.message, {
					retry: false,
					duplicate: result.duplicate || undefined,
				});
			case 'forbidden':
				return this.nack(connection, frame, 'forbidden', 'this client id belongs to somebody else', { retry: false });
			case 'out-of-order':
				return this.nack(connection, frame, 'out-of-order', `room ${room} expects seq ${result.expected} of you, not ${seq}`, {
					retry: true,
					expected: result.expected,
				});
			case 'claimed':
				return; // nobody asked for it
		}
	}

	nack(connection: Connection, frame: Publish, code: ErrorCode, message: string, more: Refusal) {
		const { room, seq, client } = frame;
		connection.send(JSON.stringify({ type: 'nack', room, seq, code, message, ...more, client }));
		this.#counters.failed += 1;
		this.#incidents.error(connection, code, { room, retryAfterMs: more.retryAfterMs ?? 0 });
	}
}

/** Encoded by hand: there is one for every message. `client` rides along where the frame named one: the seq is that client's. */
function ack(
	connection: Connection,
	{ room, seq, client }: Publish,
	{ epoch, offset, at, duplicate }: { epoch: string; offset: number; at: number; duplicate?: true },
) {
	const place = `"room":${JSON.stringify(room)},"seq":${seq},"epoch":${JSON.stringify(epoch)},"offset":${offset},"at":${at}`;
	connection.send(`{"type":"ack",${place}${duplicate ? ',"duplicate":true' : ''}${client ? `,"client":"${client}"` : ''}}`);
}
