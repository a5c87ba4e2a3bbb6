/** Who writes: shown for as long as they go on, and told to others no more often than need be. */
import { describe, expect, it } from 'bun:test';
import type { Message } from '../../../src/lib/protocol/frames.ts';
import type { Follower } from '../../../src/lib/stores/room.svelte.ts';
import { sentence, Typing } from '../../../src/lib/stores/typing.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ann = { id: 'ann', name: 'Ann' };
const bob = { id: 'bob', name: 'Bob' };
const cleo = { id: 'cleo', name: 'Cleo' };

function start() {
	const clock = new FakeClock();
	let follower: Follower | undefined;
	const sent: number[] = [];
	const typing = new Typing(
		{
			name: 'lobby',
			follow(given) {
				follower = given;
				return () => {};
			},
		},
		clock,
	);
	const close = typing.open({
		user: ann,
		signal: () => void sent.push(clock.now()),
		on: () => () => {},
	});
	const signal = (user: typeof ann, kind = 'typing') => follower?.signal?.({ user, kind, data: {} });
	const says = (user: typeof ann) => {
		const message: Message = {
			...{ type: 'message', room: 'lobby', offset: 1, client: 'c', seq: 1, kind: 'chat', data: {}, at: 0 },
			user,
		};
		follower?.message?.(message);
	};
	const names = () => typing.people.map(({ name }) => name).join();
	return { clock, typing, close, signal, says, names, sent, follower: () => follower };
}

describe('others', () => {
	it('a signal -> shown for 5 s; another -> for 5 s more; our own and other kinds -> not', async () => {
		const { clock, signal, names } = start();
		signal(bob);
		signal(ann);
		signal(cleo, 'waving');
		await clock.advance(4_000);
		signal(bob);
		await clock.advance(4_999);
		expect(names()).toBe('Bob');
		await clock.advance(1);
		expect([names(), clock.pending]).toEqual(['', 0]);
	});

	it('their message comes, or they leave -> gone at once', () => {
		const { signal, says, names, follower } = start();
		signal(bob);
		signal(cleo);
		expect(names()).toBe('Bob,Cleo');
		says(bob);
		expect(names()).toBe('Cleo');
		follower()?.presence?.({ version: 2, count: 1, changed: [], left: ['cleo'] });
		expect(names()).toBe('');
	});

	it('closed -> nobody, and no timer is left', () => {
		const { clock, signal, names, close } = start();
		signal(bob);
		close();
		expect([names(), clock.pending]).toEqual(['', 0]);
	});
});

describe('we', () => {
	it('go on writing -> said every 3 s; emptied or sent, and begun anew -> said again after 1 s', async () => {
		const { clock, typing, sent } = start();
		const begun = clock.now();
		for (let n = 0; n < 70; n++) {
			typing.wrote('x'.repeat(n + 1));
			await clock.advance(100);
		}
		typing.wrote('');
		typing.wrote('  ');
		typing.wrote('again');
		expect(sent.map((at) => at - begun)).toEqual([0, 3_000, 6_000, 7_000]);
		typing.wrote('');
		typing.wrote('and again');
		expect(sent.length).toBe(4); // the server would drop it
	});
});

it('one, two and more of them in a sentence', () => {
	const plain = (people: (typeof ann)[]) => sentence(people).replace(/[\u2068\u2069]/g, '');
	expect([[], [ann], [ann, bob], [ann, bob, cleo]].map(plain)).toEqual([
		'',
		'Ann is typing…',
		'Ann and Bob are typing…',
		'3 people are typing…',
	]);
});
