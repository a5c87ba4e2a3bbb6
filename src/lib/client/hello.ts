/** What a link greets with, written anew for each request over HTTP. */
import type { Hello as HelloFrame, OutboxReport } from '../protocol/frames.ts';
import { PROTOCOL_VERSION } from '../protocol/limits.ts';
import type { Hello } from '../transports/transport.ts';

/**
 * @param waiting what waits for its ack at the time of each hello
 * @param lastClose told to the server once, with the first hello
 */
export function createHello(
	{ client, connectionNumber }: Pick<HelloFrame, 'client' | 'connectionNumber'>,
	rooms: () => HelloFrame['rooms'],
	waiting: () => OutboxReport | undefined,
	lastClose: HelloFrame['lastClose'],
): Hello {
	return ({ rooms: withRooms = true, waitMs } = {}) => {
		const greeting = { type: 'hello', version: PROTOCOL_VERSION, client, connectionNumber, lastClose, waitMs };
		lastClose = undefined;
		return JSON.stringify({ ...greeting, rooms: withRooms ? rooms() : undefined, outbox: waiting() });
	};
}
