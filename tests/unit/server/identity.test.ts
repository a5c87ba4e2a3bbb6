/** A token is good in exactly the spelling in which it was issued. */
import { expect, it } from 'bun:test';
import { createIdentities } from '../../../src/lib/server/identity.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const clock = new FakeClock();
const identities = createIdentities('a secret of thirty-two characters', clock.wall);
const ann = { id: 'ann', name: 'Ann' };

it('issued -> verified, again and again, until it expires', () => {
	const { token, expiresAt } = identities.issue(ann);
	expect([identities.verify(token), identities.verify(token)]).toEqual([ann, ann]);
	const later = createIdentities('a secret of thirty-two characters', () => expiresAt);
	expect(later.verify(token)).toBeNull();
	expect(createIdentities('another secret of as many letters', clock.wall).verify(token)).toBeNull();
});

it.each(['.', '.more', '=', '!', ' ', 'A'])(
	'followed by %p -> none of ours: nobody makes many of one, to be remembered',
	(more) => {
		const { token } = identities.issue(ann);
		expect(identities.verify(token + more)).toBeNull();
		expect(identities.verify(token)).toEqual(ann);
	},
);
