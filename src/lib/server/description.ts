/** What a room tells beside its messages: its state, and who is there, as far as a client lacks them. */
import type { Subscribed } from '../protocol/frames.ts';
import type { Connection } from './connection.ts';
import type { Presence } from './presence.ts';
import type { Subscription } from './replay.ts';
import type { RoomShelf } from './room-shelf.ts';

export class Description {
	readonly #rooms: RoomShelf;
	readonly #presence: Presence;

	constructor(rooms: RoomShelf, presence: Presence) {
		this.#rooms = rooms;
		this.#presence = presence;
	}

	/** For `subscribed`. `knows`: the versions that the client named are of this log, so what still stands is left out. */
	describe(connection: Connection, subscription: Subscription, knows: boolean): Partial<Subscribed> {
		const { room, versions } = subscription;
		const own = this.#rooms.snapshotOf(room.name);
		if (own) return { state: own.state() };
		const presence = this.#presence.snapshot(room.name, connection);
		const { version: stateVersion, state } = room.view;
		const stateStands = knows && versions.state === stateVersion;
		const presenceStands = knows && versions.presence === presence.version;
		// Who waits for news over HTTP and named what it has is answered at once where that is not true any more.
		if (knows && ((versions.state !== undefined && !stateStands) || (versions.presence !== undefined && !presenceStands)))
			connection.hasNews = true;
		subscription.versions = { state: stateVersion, presence: presence.version };
		subscription.members = presence.members;
		return { stateVersion, ...(!stateStands && { state }), ...(!presenceStands && { presence }) };
	}

	/** What changed while a replay was read, for a connection that is about to be live: from here on it hears by itself. */
	amend(connection: Connection, subscription: Subscription) {
		const { room, versions, members = [] } = subscription;
		subscription.members = undefined;
		if (this.#rooms.snapshotOf(room.name)) return;
		const { version, state } = room.view;
		if (version !== versions.state) connection.answer({ type: 'state', room: room.name, version, state });
		if (this.#presence.versionOf(room.name) === versions.presence) return;
		const now = this.#presence.snapshot(room.name, connection);
		const here = new Set(now.members.map(({ user }) => user.id));
		const left = members.map(({ user }) => user.id).filter((id) => !here.has(id));
		connection.answer({ type: 'presence', room: room.name, version: now.version, count: now.count, changed: now.members, left });
	}
}
