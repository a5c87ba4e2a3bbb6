/** Whatever tabs come and go in whichever rooms, those who should be there are, and who follows the frames sees what a newcomer is told. */
import { expect, it } from 'bun:test';
import fc from 'fast-check';
import type { Member } from '../../../src/lib/protocol/frames.ts';
import type { Connection } from '../../../src/lib/server/connection.ts';
import { apply, start } from './presence-harness.ts';

const rooms = ['lobby', 'attic'];
const names = ['Ann', 'Bob', 'Cleo', 'Dan'];
const whose = { room: fc.constantFrom(...rooms), name: fc.constantFrom(...names), tab: fc.nat(1) };
const step = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ does: fc.constant('enters' as const), ...whose }) },
	{ weight: 2, arbitrary: fc.record({ does: fc.constantFrom('unsubscribes' as const, 'drops' as const), ...whose }) },
	{ weight: 1, arbitrary: fc.record({ does: fc.constant('acts' as const), ...whose }) },
	{
		weight: 1,
		arbitrary: fc.record({ does: fc.constant('waits' as const), ms: fc.constantFrom(100, 700, 4_000, 12_000, 40_000) }),
	},
);

/** A client that was told who is there, and follows since. */
interface Watcher {
	room: string;
	connection: Connection;
	version: number;
	members: Map<string, Member>;
	from: number;
}
const sorted = (members: Iterable<Member>) =>
	[...members].map(({ user, status }) => `${user.id} ${status}`).sort((a, b) => a.localeCompare(b));

it('any sequence -> the right people, and frames that add up to what a newcomer is told', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
			const { presence, tab, enter, acts, pass, frames } = start({ idleMs: 20_000 });
			const open = new Map<string, Connection>();
			let watchers: Watcher[] = [];
			for (const each of steps) {
				if (each.does === 'waits') await pass(each.ms);
				else {
					const { does, room } = each;
					const key = `${room} ${each.name} ${each.tab}`;
					const connection = open.get(key) ?? tab(each.name);
					if (does === 'acts') acts(connection);
					else if (does === 'enters') {
						open.set(key, connection);
						enter(room, connection);
						const { version, members } = presence.snapshot(room, connection);
						watchers.push({
							room,
							connection,
							version,
							from: frames.length,
							members: new Map(members.map((m) => [m.user.id, m])),
						});
					} else if (open.delete(key)) {
						presence.left(room, connection, does === 'drops' ? 'gone' : 'unsubscribed');
						// Whoever leaves hears nothing any more.
						watchers = watchers.filter((watcher) => watcher.connection !== connection);
					}
				}
			}
			// Longer than the grace and the pause between two frames: what remains is who has a tab open.
			await pass(32_000);
			for (const room of rooms) {
				const here = names
					.filter((name) => [0, 1].some((n) => open.has(`${room} ${name} ${n}`)))
					.map((name) => name.toLowerCase());
				expect(presence.connected(room).sort()).toEqual(here);
				const snapshot = presence.snapshot(room, tab('Nobody'));
				expect(snapshot.members.map(({ user }) => user.id).sort()).toEqual(here);
				expect(snapshot.count).toBe(here.length);
				if (here.length === 0) continue;
				for (const watcher of watchers.filter((each) => each.room === room)) {
					let { version } = watcher;
					for (const frame of frames.slice(watcher.from)) {
						if (frame.room !== room) continue;
						expect(frame.version).toBe(++version);
						apply(watcher.members, frame);
					}
					expect([version, sorted(watcher.members.values())]).toEqual([snapshot.version, sorted(snapshot.members)]);
				}
			}
		}),
		{ numRuns: 200 },
	);
});
