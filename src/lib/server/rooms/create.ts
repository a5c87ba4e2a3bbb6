/** Everything that a room is made of, put together: who follows it, what is written to it, who is there, and who leads. */
import { Hub, type HubParts } from '../hub.ts';
import { Moderation } from '../moderation.ts';
import { Presence } from '../presence.ts';
import { Publisher, type PublisherOptions } from '../publisher.ts';

export type RoomsParts = Omit<HubParts, 'presence' | 'entering'> & Omit<PublisherOptions, 'hub' | 'actOf' | 'voted'>;

export function createRooms(parts: RoomsParts) {
	const presence: Presence = new Presence({
		clock: parts.clock,
		send: (room, frame) => hub.signal(room, frame),
		changed: (room) => moderation.check(room),
	});
	const hub: Hub = new Hub({ ...parts, presence, entering: (room, { user }) => user && moderation.entering(room, user) });
	const publisher: Publisher = new Publisher({
		...parts,
		hub,
		actOf: (room, asked, user) => moderation.actOf(room, asked, user),
		voted: (room) => moderation.check(room),
	});
	const moderation = new Moderation({ hub, presence, publisher });
	return { presence, hub, publisher };
}
