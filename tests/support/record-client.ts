/** Records what an application hands to its client and is handed by it. */
import type { Client, OutboxItem, RoomHandlers } from '../../src/lib/client/index.ts';
import type { Position } from '../../src/lib/protocol/frames.ts';
import { hashOf, type Recorder } from './history.ts';

const keyOf = ({ client, room, seq }: OutboxItem) => `${client}/${room}/${seq}`;

/**
 * Records each message once, under whatever number it has come to. A client that takes up the outbox of an earlier one, after a
 * reload, is given the same `known`. Returns the function that stops it.
 */
export function recordSends(client: Client, recorder: Recorder, known = new Set<string>()): () => void {
	return client.on('outbox', (item) => {
		if (item.status === 'stored' || known.has(keyOf(item))) return;
		known.add(keyOf(item));
		const { client, room, seq, kind, data } = item;
		recorder.record({ type: 'send', client, room, seq, hash: hashOf(kind, data) });
	});
}

let subscriptions = 0;

/** Handlers for `client.subscribe` that record one subscription of `who`; call `end` when it is closed. */
export function recordRoom(
	recorder: Recorder,
	who: string,
	room: string,
	position?: Position,
): { handlers: Required<Pick<RoomHandlers, 'subscribed' | 'message' | 'live'>>; end(): void } {
	const of = { client: who, subscription: `${who}-${++subscriptions}`, room };
	const { record } = recorder;
	let epoch = position?.epoch ?? '';
	record({ type: 'subscribe', ...of, position: position && { epoch: position.epoch, offset: position.offset } });
	return {
		handlers: {
			subscribed({ result, offset, missing, ...answer }) {
				epoch = answer.epoch;
				record({ type: 'subscribed', ...of, result, epoch, offset, missing });
			},
			// A message does not name its epoch: it is that of the last answer.
			message: ({ offset, client: sender, seq, kind, data }) =>
				record({ type: 'deliver', ...of, epoch, offset, sender, seq, hash: hashOf(kind, data) }),
			live: (offset) => record({ type: 'live', ...of, offset }),
		},
		end: () => record({ type: 'unsubscribe', ...of }),
	};
}
