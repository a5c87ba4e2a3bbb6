/** A cookie is good in exactly the spelling in which it was issued, for a year, and for every secret that still counts. */
import { describe, expect, it } from 'bun:test';
import { createIdentities } from '../../../src/lib/server/identity.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const DAY = 86_400_000;
const clock = new FakeClock();
const secret = 'a secret of thirty-two characters';
const newer = 'a newer one of as many characters';
const identities = createIdentities([secret], clock.wall);
const ann = { id: 'ann', name: 'Ann' };
const cookie = (token: string) => `theme=dark; holdfast_identity=${token}`;

describe('a cookie', () => {
	it('issued -> verified, again and again, until it expires', () => {
		const { token, issuedAt, expiresAt } = identities.issue(ann);
		const identity = { user: ann, issuedAt, expiresAt };
		expect([identities.verify(token), identities.verify(token)]).toEqual([identity, identity]);
		const later = createIdentities([secret], () => expiresAt);
		expect(later.verify(token)).toBeNull();
		expect(createIdentities(['another secret of as many letters'], clock.wall).verify(token)).toBeNull();
	});

	it.each(['.', '.more', '=', '!', ' ', 'A'])(
		'followed by %p -> none of ours: nobody makes many of one, to be remembered',
		(more) => {
			const { token } = identities.issue(ann);
			expect(identities.verify(token + more)).toBeNull();
			expect(identities.verify(token)?.user).toEqual(ann);
		},
	);

	it('of before there was `iat` -> a year old at its end', () => {
		const exp = clock.wall() + 100 * DAY;
		const payload = Buffer.from(JSON.stringify({ ...ann, exp })).toString('base64url');
		const signature = new Bun.CryptoHasher('sha256', secret).update(payload).digest().toString('base64url');
		expect(identities.verify(`${payload}.${signature}`)).toEqual({ user: ann, issuedAt: exp - 365 * DAY, expiresAt: exp });
	});
});

describe('renewal', () => {
	it('a new secret before the old one -> the same person, signed with the new one; without the old one nobody', () => {
		const { token } = identities.issue(ann);
		const both = createIdentities([newer, secret], clock.wall);
		expect(both.verify(token)?.user).toEqual(ann);
		const renewed = both.renew(cookie(token));
		expect(renewed?.user).toEqual(ann);
		const alone = createIdentities([newer], clock.wall);
		expect(alone.verify(renewed?.token)?.user).toEqual(ann);
		expect(alone.verify(token)).toBeNull();
		expect(alone.renew(cookie(token))).toBeNull();
	});

	it('younger than a day -> as it is; older -> a year from now on', async () => {
		const { token } = identities.issue(ann);
		await clock.advance(DAY - 1);
		expect(identities.renew(cookie(token))).toBeNull();
		await clock.advance(1);
		const renewed = identities.renew(cookie(token));
		expect(renewed).toMatchObject({ user: ann, issuedAt: clock.wall(), expiresAt: clock.wall() + 365 * DAY });
		await clock.advance(364 * DAY + 1);
		expect(identities.renew(cookie(token))).toBeNull();
		expect(identities.verify(renewed?.token)?.user).toEqual(ann);
	});

	it('signed out since -> nobody, and said so; what is issued later is good', () => {
		const { token, issuedAt } = identities.issue(ann);
		const since = createIdentities([secret], clock.wall, ({ user, issuedAt: at }) => user.id === 'ann' && at <= issuedAt);
		expect([since.verify(token), since.fromCookie(cookie(token)), since.renew(cookie(token))]).toEqual([null, null, null]);
		expect([since.isSignedOut(cookie(token)), since.isSignedOut(cookie('x.y')), since.isSignedOut(null)]).toEqual([
			true,
			false,
			false,
		]);
		const { token: other } = since.issue({ id: 'bob', name: 'Bob' });
		expect(since.verify(other)?.user.id).toBe('bob');
	});
});
