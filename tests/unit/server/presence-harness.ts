/** Rooms of people in the hand of a test: tabs come and go, time passes with its sweeps, and every frame is kept. */
import * as v from 'valibot';
import type { Member } from '../../../src/lib/protocol/frames.ts';
import { Connection } from '../../../src/lib/server/connection.ts';
import { direct } from '../../../src/lib/server/outgoing.ts';
import { Presence } from '../../../src/lib/server/presence.ts';
import { Sessions } from '../../../src/lib/server/session.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const member = v.object({ user: v.object({ id: v.string(), name: v.string() }), status: v.picklist(['active', 'away']) });
const told = v.object({
	type: v.literal('presence'),
	room: v.string(),
	version: v.number(),
	count: v.number(),
	changed: v.array(member),
	left: v.array(v.string()),
});
export type Told = v.InferOutput<typeof told>;

const rate = { perSecond: 0, burst: 1 };

export function start({ graceMs = 30_000, idleMs = 300_000, heard = true } = {}) {
	const clock = new FakeClock();
	const frames: Told[] = [];
	/** Rooms where it was said that somebody came, left or lost their connection. */
	const changes: string[] = [];
	const sessions = new Sessions({ messages: rate, userMessages: rate, requests: rate });
	const audience = { heard };
	const presence = new Presence({
		...{ clock, graceMs, idleMs },
		report(where, error) {
			throw new Error(where, { cause: error });
		},
		isHeard: () => audience.heard,
		send: (_, frame) => frames.push(v.parse(told, JSON.parse(frame))),
		changed: (room) => changes.push(room),
	});
	let now = 0;

	/** A tab of somebody: each is another connection. Its id is the name in lower case. */
	function tab(name: string, id = name.toLowerCase()): Connection {
		const connection = new Connection('here', { id, name }, direct);
		connection.session = sessions.create({ id, name }, crypto.randomUUID(), now);
		connection.openedAt = now;
		return connection;
	}

	/** Time passes, with a sweep each second. */
	async function pass(ms: number) {
		for (let left = ms; left > 0; left -= 1_000) {
			const step = Math.min(left, 1_000);
			await clock.advance(step);
			now += step;
			presence.sweep(now);
		}
	}

	return {
		...{ clock, presence, frames, changes, audience, tab, pass },
		/** Somebody asks for something. */
		acts(connection: Connection) {
			if (connection.session) connection.session.activeAt = now;
		},
		enter(room: string, ...connections: Connection[]) {
			for (const connection of connections) presence.entered(room, connection);
		},
		/** As a newcomer of no name would be told. */
		seen: (room: string) => brief(presence.snapshot(room, tab('Nobody')).members),
	};
}

/** Such as `ann` or `ann (away)`. */
export const brief = (members: readonly Member[]): string[] =>
	members.map(({ user, status }) => (status === 'active' ? user.id : `${user.id} (${status})`));

/** What a client makes of it. */
export function apply(members: Map<string, Member>, { changed, left }: Pick<Told, 'changed' | 'left'>) {
	for (const each of changed) members.set(each.user.id, each);
	for (const id of left) members.delete(id);
}
