/** Who is in the room, for a page: known while connected, in an order that helps. */
import { expect, it } from 'bun:test';
import type { Joined } from '../../../src/lib/client/types.ts';
import type { Member } from '../../../src/lib/protocol/frames.ts';
import { listed, People } from '../../../src/lib/stores/people.ts';
import type { Follower } from '../../../src/lib/stores/room.svelte.ts';

const member = (id: string, status: Member['status'] = 'active'): Member => ({ user: { id, name: id }, status });

it('not told yet -> not known; told -> they are there, change by change; closed -> not known any more', () => {
	let follower: Follower | undefined;
	const people = new People({
		follow(given) {
			follower = given;
			return () => {};
		},
	});
	const close = people.open({ on: () => () => {} });
	expect(people.present).toBe(null);
	const joined: Joined = {
		...{ type: 'subscribed', room: 'lobby', result: 'fresh', epoch: 'e', offset: 0, state: {} },
		presence: { version: 1, count: 2, members: [member('ann'), member('bob')] },
	};
	follower?.subscribed?.(joined);
	follower?.presence?.({ version: 2, count: 2, changed: [member('cleo', 'away')], left: ['bob'] });
	expect(people.present).toEqual({ count: 2, members: [member('ann'), member('cleo', 'away')] });
	close();
	expect(people.present).toBe(null);
});

it('the list -> oneself first, then who is active, then who is away; and how many more there are', () => {
	const members = [member('bob', 'away'), member('cleo'), member('ann', 'away'), member('dan')];
	const { people, more } = listed({ members, count: 250 }, 'ann');
	expect(people.map(({ user, isAway, isSelf }) => `${user.id}${isAway ? ' away' : ''}${isSelf ? ' self' : ''}`)).toEqual([
		'ann away self',
		'cleo',
		'dan',
		'bob away',
	]);
	expect(more).toBe(246);
});
