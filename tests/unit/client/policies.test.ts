/** The table of policies: what each class of drop is answered with, and what an app may change. */
import { describe, expect, it } from 'bun:test';
import { localDrop } from '../../../src/lib/client/drop.ts';
import { type ClientOptions, resolveOptions } from '../../../src/lib/client/options.ts';
import { pauseBefore, Retries, reactionTo } from '../../../src/lib/client/reaction.ts';
import { classOfClose } from '../../../src/lib/protocol/codes.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';

const resolve = (given: Omit<ClientOptions, 'transport'>) =>
	resolveOptions({ ...given, transport: new ScriptedTransport('websocket') });

/** What follows so many drops with this code in a row, each of them a failed attempt: pauses in seconds, then the end. */
function course(code: number, count: number, given: Omit<ClientOptions, 'transport'> = {}, retryAfterMs = 0) {
	const retries = new Retries(resolve({ clock: new FakeClock(), ...given }));
	retries.spreadMs = 10_000;
	return Array.from({ length: count }, () => {
		const { next, pause } = retries.after({ ...localDrop(code, ''), retryAfterMs });
		retries.attempts++;
		return next === 'retry' ? Math.round(pause) / 1_000 : next === 'suspend' ? `suspended ${pause / 1_000}` : next;
	});
}

describe('policies', () => {
	it('connection: five of its own, doubling, then the general backoff, then suspended', () => {
		expect(course(1006, 12)).toEqual([6, 2, 4, 8, 16, 7.594, 11.391, 17.086, 25.629, 30, 'suspended 60', 'suspended 60']);
	});

	it('auth: three tries, then it stops', () => {
		expect(course(4001, 4)).toEqual([2, 3, 4.5, 'stop']);
	});

	it('rate-limit: ten tries from 5 s, never longer than 30 s', () => {
		expect(course(4100, 11)).toEqual([5, 7.5, 11.25, 16.875, 25.313, 30, 30, 30, 30, 30, 'suspended 60']);
	});

	it('the others as the protocol says', () => {
		expect(course(1012, 3)).toEqual([5, 1.5, 2.25]);
		expect(course(1011, 2)).toEqual([6, 1.5]);
		expect(course(4102, 2)).toEqual([6, 1.5]);
		expect(course(1009, 2)).toEqual([1, 1.5]);
		expect(course(1002, 2)).toEqual([6, 'stop']);
		for (const code of [1000, 4003, 4005, 4009, 4077]) expect(course(code, 1)).toEqual(['stop']);
	});

	it('42xx: now, and only the first time', () => {
		expect(course(4201, 3)).toEqual([0, 2, 4]);
		expect(course(4202, 2)).toEqual([0, 3]);
		expect(course(4200, 2)).toEqual([5, 1.5]);
	});

	it('Retry-After is the least, with a share of the spread on top', () => {
		expect(course(4102, 2, {}, 50_000)).toEqual([55, 50]);
		expect(course(4100, 2, {}, 6_000)).toEqual([6, 7.5]);
		expect(course(4102, 1, { maxReconnectAttempts: 0 }, 90_000)).toEqual(['suspended 90']);
	});

	it('jitter holds for every pause', () => {
		for (const chance of [0, 0.25, 0.999]) {
			const clock = new FakeClock();
			clock.chance = chance;
			const factor = 1 + 0.1 * (2 * chance - 1);
			expect(course(4001, 1, { clock })[0]).toBeCloseTo(2 * factor, 2);
			expect(course(1006, 1, { clock, maxReconnectAttempts: 0 })).toEqual([`suspended ${60 * factor}`]);
		}
	});

	it('counts anew once stable, and each class for itself', () => {
		const retries = new Retries(resolve({ clock: new FakeClock() }));
		for (let round = 0; round < 3; round++) expect(retries.after(localDrop(4001, '')).next).toBe('retry');
		expect(retries.after(localDrop(1006, '')).next).toBe('retry');
		expect(retries.after(localDrop(4001, '')).next).toBe('stop');
		retries.reset();
		expect(retries.after(localDrop(4001, ''))).toMatchObject({ next: 'retry', renew: true });
	});

	it('every code has a policy; a pause is never below what the server asks for', () => {
		const options = resolve({});
		for (let code = 1000; code < 5000; code++) {
			expect(reactionTo(options.policies, { code, class: classOfClose(code) })).toBeDefined();
			const drop = { ...localDrop(code, ''), retryAfterMs: 50_000 };
			const pause = pauseBefore({ attempt: 2, drops: 1, spreadMs: 9 }, drop, { ...options, random: () => 0.9 });
			expect(pause).toBe(50_000);
		}
	});
});

describe('an app changes the table', () => {
	it('one row, one field; the numbers of the backoff go into the rows that do not say their own', () => {
		expect(course(4001, 3, { policies: { auth: { tries: 2 } } })).toEqual([2, 3, 'stop']);
		expect(course(4003, 2, { policies: { forbidden: { tries: 1, base: 9_000, spread: true } } })).toEqual([14, 'stop']);
		expect(course(1006, 3, { reconnectInterval: 10, policies: { connection: { spread: false } } })).toEqual([0.01, 0.02, 0.04]);
		expect(course(4001, 1, { reconnectInterval: 10 })).toEqual([2]);
		expect(course(4100, 1, { maxReconnectInterval: 3_000 })).toEqual([3]);
	});

	it('a strategy of its own replaces what is derived from the numbers', () => {
		const options = { backoff: () => 123, policies: { connection: { spread: false } } };
		expect(course(1006, 2, options)).toEqual([0.123, 0.123]);
		expect(course(4001, 1, options)).toEqual([2]);
	});

	it.each([
		[{ connection: { tries: -1 } }, 'policies.connection.tries: expected a number from 0 to Infinity, got -1'],
		[{ auth: { base: Number.NaN } }, 'policies.auth.base: expected a number from 0 to 86400000, got NaN'],
		[{ auth: { factor: 0.5 } }, 'policies.auth.factor: expected a number from 1 to 100, got 0.5'],
		[JSON.parse('{ "auth": { "afterwards": "sulk" } }'), 'policies.auth.afterwards: expected "backoff" or "stop", got sulk'],
		[JSON.parse('{ "auth": { "renew": 1 } }'), 'policies.auth.renew: expected true or false, got 1'],
		[JSON.parse('{ "weather": {} }'), 'policies.weather: expected connection, auth, '],
	])('%j is refused, with the reason', (policies, message) => {
		expect(() => resolve({ policies })).toThrow(message);
	});
});
