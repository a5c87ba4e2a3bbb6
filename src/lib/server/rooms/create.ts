/** Everything that a room is made of, put together: who follows it, what is written to it, who is there, and who leads. */
import { Hub, type HubParts } from '../hub.ts';
import { Moderation } from '../moderation.ts';
import { Presence } from '../presence.ts';
import { Publisher, type PublisherOptions } from '../publisher.ts';
import type { Patience } from '../roster.ts';
import { Signals } from '../signals.ts';

export type RoomsParts = Omit<HubParts, 'presence' | 'entering'> &
	Omit<PublisherOptions, 'hub' | 'actOf' | 'voted'> & { patience: Patience };

export function createRooms(parts: RoomsParts) {
	const presence: Presence = new Presence({
		...parts.patience,
		clock: parts.clock,
		report: parts.report,
		isHeard: (room) => hub.isHeard(room),
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
	const moderation = new Moderation({ hub, presence, publisher, log: parts.log });
	const signals = new Signals(presence, parts.clock);
	/** Once a second, in the registry's time. */
	const sweep = (now: number) => {
		hub.sweep();
		presence.sweep(now);
		moderation.sweep();
		signals.sweep();
	};
	return { hub, publisher, presence, signals, sweep };
}
