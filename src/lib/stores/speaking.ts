/** What a person says in a room, handed to its client. Each answers with why it could not be taken, in words, or null. */
import { RealtimeError } from '../client/errors.ts';
import type { Client, OutboxItem } from '../client/types.ts';
import { m } from '../paraglide/messages.js';
import { refusalOf } from './refusals.ts';

const problemOf = (error: unknown) =>
	error instanceof RealtimeError ? refusalOf(error) : error instanceof Error ? error.message : String(error);

export function say(client: Client | null, room: string, text: string): string | null {
	if (!client) return m.chat_not_ready();
	if (client.state.name === 'closed') return m.chat_connection_stopped();
	try {
		client.send(room, 'chat', { text }).stored.catch(() => {
			// Shown under the message itself: its item has failed.
		});
	} catch (error) {
		return problemOf(error);
	}
	return null;
}

/** Gives a message another text: one that was never sent keeps its place, a refused one goes as a new one. */
export function sayOtherwise(client: Client | null, { id, room }: OutboxItem, text: string): string | null {
	const item = client?.outbox(room).find((each) => each.id === id);
	if (!client || !item) return m.chat_edit_too_late();
	if (item.status === 'failed') {
		const problem = say(client, room, text);
		if (problem === null) client.discard(item);
		return problem;
	}
	try {
		return client.edit(item, { text }) ? null : m.chat_edit_too_late();
	} catch (error) {
		return problemOf(error);
	}
}
