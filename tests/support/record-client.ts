/** Records what an application hands to its client and is handed by it. */
import * as v from 'valibot';

import type { Client, OutboxItem, RoomHandlers } from '../../src/lib/client/index.ts';
import { type SessionState, sessionState } from '../../src/lib/protocol/estimation.ts';
import type { Position } from '../../src/lib/protocol/frames.ts';
import { exposedBy, exposedByState, seenOf, sentOf } from './estimation-history.ts';
import type { Recorder } from './history.ts';

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
		recorder.record({ type: 'send', client, room, seq, ...sentOf(kind, data) });
	});
}

let subscriptions = 0;

/** Handlers for `client.subscribe` that record one subscription of `who`; call `end` when it is closed. */
export function recordRoom(
	recorder: Recorder,
	who: string,
	room: string,
	position?: Position,
): { handlers: Required<Pick<RoomHandlers, 'subscribed' | 'message' | 'live' | 'state'>>; session(): SessionState; end(): void } {
	const of = { client: who, subscription: `${who}-${++subscriptions}`, room };
	const { record } = recorder;
	let epoch = position?.epoch ?? '';
	let session: SessionState = {};
	const expose = (detail: string | null) => detail && record({ type: 'exposed', ...of, detail });
	function told(state: unknown) {
		session = v.parse(sessionState, state);
		expose(exposedByState(state));
	}
	record({ type: 'subscribe', ...of, position: position && { epoch: position.epoch, offset: position.offset } });
	return {
		handlers: {
			subscribed({ result, offset, missing, ...answer }) {
				epoch = answer.epoch;
				record({ type: 'subscribed', ...of, result, epoch, offset, missing });
				told(answer.state);
			},
			state: told,
			// A message does not name its epoch: it is that of the last answer.
			message({ offset, client: sender, seq, kind, data, user }) {
				expose(exposedBy(kind, data));
				record({ type: 'deliver', ...of, epoch, offset, sender, seq, ...seenOf(kind, data, user) });
			},
			live: (offset) => record({ type: 'live', ...of, offset }),
		},
		session: () => session,
		end: () => record({ type: 'unsubscribe', ...of }),
	};
}
