/** Who may read details and who may act: the token as a bearer, or the cookie that it was exchanged for, and nothing else. */
import { describe, expect, it } from 'bun:test';
import { createAdmin } from '../../../src/lib/server/admin.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const token = 'correct-horse-battery';
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
function signedIn(by = admin()): string {
	return by.signIn(token, true)?.split(';')[0] ?? '';
}

describe('the token', () => {
	it('brought as a bearer -> reads and acts', () => {
		expect(admin().reads(bearer(token))).toBe(true);
		expect(admin().acts(bearer(token))).toBe('yes');
		expect(admin().acts(headers({ authorization: `bearer ${token}` }))).toBe('yes');
	});

	it.each([
		['nothing', headers()],
		['another one', bearer('correct-horse-batterz')],
		['a part of it', bearer(token.slice(0, -1))],
		['more than it', bearer(`${token}x`)],
		['an empty one', headers({ authorization: 'Bearer ' })],
		['as a password', headers({ authorization: `Basic ${token}` })],
		['as the cookie itself', headers({ cookie: `holdfast_admin=${token}` })],
	])('%s -> neither', (_, given) => {
		expect(admin().reads(given)).toBe(false);
		expect(admin().acts(given)).toBe('no');
	});

	it('none configured -> nobody acts, whatever they bring', () => {
		const none = createAdmin({ token: undefined, open: false }, new FakeClock());
		for (const given of [headers(), bearer(token), bearer('undefined'), headers({ authorization: 'Bearer ' })]) {
			expect(none.reads(given)).toBe(false);
			expect(none.acts(given)).toBe('off');
		}
		expect(none.signIn('', false)).toBeNull();
		expect(none.configured).toBe(false);
	});

	it('development -> everybody reads, and still nobody acts without it', () => {
		expect(admin({ open: true }).reads(headers())).toBe(true);
		expect(admin({ open: true }).acts(headers())).toBe('no');
		expect(createAdmin({ token: undefined, open: true }, new FakeClock()).acts(headers())).toBe('off');
	});
});

describe('signing in', () => {
	it('the token -> a cookie that no script reads and no other site sends; a wrong one -> none', () => {
		const cookie = admin().signIn(token, true) ?? '';
		expect(cookie).toMatch(/^holdfast_admin=\d{13}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/);
		expect(cookie).not.toContain(token);
		expect(admin().signIn(token, false)).not.toContain('Secure');
		expect(admin().signIn(`${token}x`, true)).toBeNull();
		expect(admin().signOut(true)).toBe('holdfast_admin=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure');
	});

	it('the cookie -> reads and acts, also after a restart, for 12 hours and not a moment longer', async () => {
		const clock = new FakeClock();
		const cookie = signedIn(admin({ clock }));
		const given = headers({ cookie: `holdfast_identity=x.y; ${cookie}; other=1` });
		expect(admin({ clock }).acts(given)).toBe('yes');
		await clock.advance(12 * 3_600_000 - 1);
		expect(admin({ clock }).acts(given)).toBe('yes');
		await clock.advance(1);
		expect(admin({ clock }).acts(given)).toBe('no');
	});

	it('the cookie after the token was changed -> everybody is signed out', () => {
		expect(admin({ own: 'another-horse-battery' }).acts(headers({ cookie: signedIn() }))).toBe('no');
	});

	it.each([
		['a later end', (cookie: string) => cookie.replace(/=\d/, '=9')],
		['the signature cut', (cookie: string) => cookie.slice(0, -1)],
		['something after it', (cookie: string) => `${cookie}A`],
		['no signature', (cookie: string) => cookie.replace(/\..*/, '')],
		['no number', () => 'holdfast_admin=x'],
		['nothing', () => 'holdfast_admin='],
	])('a cookie with %s -> refused', (_, forge) => {
		expect(admin().acts(headers({ cookie: forge(signedIn()) }))).toBe('no');
	});
});
