/** Who may read details and who may act: the token as a bearer, or the cookie that it was exchanged for, and nothing else. */
import { describe, expect, it } from 'bun:test';
import { type Admin, createAdmin } from '../../../src/lib/server/admin.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const token = 'correct-horse-battery';
const here = '192.0.2.1';
const headers = (all: Record<string, string> = {}) => new Headers(all);
const bearer = (text: string) => headers({ authorization: `Bearer ${text}` });

function admin({
	open = false,
	clock = new FakeClock(),
	own = token,
}: {
	open?: boolean;
	clock?: FakeClock;
	own?: string | undefined;
} = {}) {
	return createAdmin({ token: own, open }, clock);
}
function cookieFor(by: Admin, secure: boolean): string {
	const result = by.signIn(token, here, secure);
	if (!('cookie' in result)) throw new Error(result.refused);
	return result.cookie;
}
function signedIn(by = admin()): string {
	return cookieFor(by, true).split(';')[0] ?? '';
}

describe('the token', () => {
	it('brought as a bearer -> reads and acts', () => {
		expect(admin().reads(bearer(token), here)).toBe(true);
		expect(admin().acts(bearer(token), here)).toBe('yes');
		expect(admin().acts(headers({ authorization: `bearer ${token}` }), here)).toBe('yes');
	});

	it.each([
		['nothing', headers(), 'no'],
		['another one', bearer('correct-horse-batterz'), 'wrong'],
		['a part of it', bearer(token.slice(0, -1)), 'wrong'],
		['more than it', bearer(`${token}x`), 'wrong'],
		['an empty one', headers({ authorization: 'Bearer ' }), 'no'],
		['as a password', headers({ authorization: `Basic ${token}` }), 'no'],
		['as the cookie itself', headers({ cookie: `holdfast_admin=${token}` }), 'no'],
	] as const)('%s -> neither', (_, given, outcome) => {
		expect(admin().reads(given, here)).toBe(false);
		expect(admin().acts(given, here)).toBe(outcome);
	});

	it('ten wrong ones from an address -> none of it is looked at for a while, the cookie is', async () => {
		const clock = new FakeClock();
		const guarded = admin({ clock });
		const cookie = signedIn(guarded);
		for (let n = 0; n < 10; n++) expect(guarded.acts(bearer(`guess ${n}`), here)).toBe('wrong');
		expect(guarded.acts(bearer(token), here)).toBe('locked');
		expect(guarded.reads(bearer(token), here)).toBe(false);
		expect(guarded.signIn(token, here, true)).toEqual({ refused: 'locked' });
		expect(guarded.lockedFor(here)).toBe(10_000);
		expect(guarded.acts(headers({ cookie }), here)).toBe('yes');
		expect(guarded.acts(bearer(token), '192.0.2.2')).toBe('yes');
		await clock.advance(10_000);
		expect(guarded.acts(bearer(token), here)).toBe('yes');
	});

	it('none configured -> nobody acts, whatever they bring', () => {
		const none = createAdmin({ token: undefined, open: false }, new FakeClock());
		for (const given of [headers(), bearer(token), bearer('undefined'), headers({ authorization: 'Bearer ' })]) {
			expect(none.reads(given, here)).toBe(false);
			expect(none.acts(given, here)).toBe('off');
		}
		expect(none.signIn('', here, false)).toEqual({ refused: 'wrong' });
		expect(none.configured).toBe(false);
	});

	it('development -> everybody reads, and still nobody acts without it', () => {
		expect(admin({ open: true }).reads(headers(), here)).toBe(true);
		expect(admin({ open: true }).acts(headers(), here)).toBe('no');
		expect(createAdmin({ token: undefined, open: true }, new FakeClock()).acts(headers(), here)).toBe('off');
	});
});

describe('signing in', () => {
	it('the token -> a cookie that no script reads and no other site sends; a wrong one -> none', () => {
		const cookie = cookieFor(admin(), true);
		expect(cookie).toMatch(/^holdfast_admin=\d{13}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/);
		expect(cookie).not.toContain(token);
		expect(cookieFor(admin(), false)).not.toContain('Secure');
		expect(admin().signIn(`${token}x`, here, true)).toEqual({ refused: 'wrong' });
		expect(admin().signOut(true)).toBe('holdfast_admin=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure');
	});

	it('the cookie -> reads and acts, also after a restart, for 12 hours and not a moment longer', async () => {
		const clock = new FakeClock();
		const cookie = signedIn(admin({ clock }));
		const given = headers({ cookie: `holdfast_identity=x.y; ${cookie}; other=1` });
		expect(admin({ clock }).acts(given, here)).toBe('yes');
		await clock.advance(12 * 3_600_000 - 1);
		expect(admin({ clock }).acts(given, here)).toBe('yes');
		await clock.advance(1);
		expect(admin({ clock }).acts(given, here)).toBe('no');
	});

	it('the cookie after the token was changed -> everybody is signed out', () => {
		expect(admin({ own: 'another-horse-battery' }).acts(headers({ cookie: signedIn() }), here)).toBe('no');
	});

	it.each([
		['a later end', (cookie: string) => cookie.replace(/=\d/, '=9')],
		['the signature cut', (cookie: string) => cookie.slice(0, -1)],
		['something after it', (cookie: string) => `${cookie}A`],
		['no signature', (cookie: string) => cookie.replace(/\..*/, '')],
		['no number', () => 'holdfast_admin=x'],
		['nothing', () => 'holdfast_admin='],
	])('a cookie with %s -> refused', (_, forge) => {
		expect(admin().acts(headers({ cookie: forge(signedIn()) }), here)).toBe('no');
	});
});
