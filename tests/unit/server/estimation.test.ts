/** The rules of an estimation: who may do what in which round, and what the room sees of it. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { decks, VOTERS } from '../../../src/lib/protocol/estimation.ts';
import {
	type Act,
	begin,
	claim,
	decode,
	type Estimation,
	EVERYBODY,
	encode,
	judge,
	publicOf,
	SERVER,
} from '../../../src/lib/server/rooms/estimation.ts';

const ann = { id: 'ann', name: 'Ann' };
const bob = { id: 'bob', name: 'Bob' };

/** Ann leads; everybody is there. */
function start(): Estimation {
	const state = begin();
	claim(state, ann.id);
	return state;
}
type What = Act extends infer Each ? (Each extends Act ? Omit<Each, 'user' | 'gone'> : never) : never;
const act = (state: Estimation, user: Act['user'], what: What, gone: string | null = null, offset = 1) =>
	judge(state, { ...what, user, gone } as Act, offset);
const vote = (state: Estimation, user: Act['user'], value: string | null, round = state.round) =>
	act(state, user, { kind: 'vote', data: { round, value } });
const reveal = (state: Estimation, user = ann, offset = 1) =>
	act(state, user, { kind: 'reveal', data: { round: state.round } }, null, offset);

describe('voting', () => {
	it('vote -> change -> take back: the room sees that, not what', () => {
		const state = start();
		expect(vote(state, bob, '5')).toEqual({ ok: true, data: { round: 1, voted: true } });
		expect(vote(state, bob, '8')).toEqual({ ok: true, data: { round: 1, voted: true } });
		expect(publicOf(state).votes).toEqual({ bob: { voted: true, value: null, name: 'Bob' } });
		expect(vote(state, bob, null)).toEqual({ ok: true, data: { round: 1, voted: false } });
		expect(publicOf(state).votes).toEqual({});
	});

	it('a card that is not in the deck, another round, after the reveal -> refused, and nothing changes', () => {
		const state = start();
		vote(state, ann, '3');
		const before = encode(state);
		expect(vote(state, bob, '4')).toMatchObject({ code: 'invalid-data', message: expect.stringContaining('value') });
		expect(vote(state, bob, '5', 2)).toMatchObject({ code: 'stale-round' });
		expect(encode(state)).toBe(before);
		reveal(state);
		expect(vote(state, bob, '5')).toMatchObject({ code: 'already-revealed' });
		expect(vote(state, ann, null)).toMatchObject({ code: 'already-revealed' });
	});

	it('more people than a round takes -> the next is refused, who voted may still change', () => {
		const state = start();
		for (let index = 0; index < VOTERS; index++) vote(state, { id: `p${index}`, name: 'P' }, '1');
		expect(vote(state, bob, '1')).toMatchObject({ ok: false });
		expect(vote(state, { id: 'p0', name: 'P' }, '2')).toMatchObject({ ok: true });
	});

	it('somebody is called __proto__ -> a vote like any other, and no object changes', () => {
		const state = start();
		vote(state, { id: '__proto__', name: 'P' }, '5');
		expect(Object.keys(publicOf(state).votes)).toEqual(['__proto__']);
		expect(Object.hasOwn(JSON.parse(JSON.stringify(publicOf(state))).votes, '__proto__')).toBe(true);
		expect(Object.keys({})).toEqual([]);
		expect(({} as { voted?: unknown }).voted).toBeUndefined();
	});
});

describe('leading', () => {
	it('reveal -> everybody sees all cards, with names, topic and deck; once', () => {
		const state = start();
		act(state, ann, { kind: 'topic', data: { text: 'Login' } });
		vote(state, ann, '3');
		vote(state, bob, '5');
		expect(reveal(state, ann, 7)).toEqual({
			ok: true,
			data: {
				round: 1,
				votes: { ann: '3', bob: '5' },
				names: { ann: 'Ann', bob: 'Bob' },
				topic: 'Login',
				deck: [...decks.fibonacci],
			},
		});
		expect(publicOf(state)).toMatchObject({ revealed: true, votes: { ann: { value: '3' }, bob: { value: '5' } } });
		expect(state.reveals).toEqual([7]);
		expect(reveal(state)).toMatchObject({ code: 'already-revealed' });
	});

	it('reset -> the next round, empty, with its topic or none', () => {
		const state = start();
		vote(state, ann, '3');
		reveal(state);
		expect(act(state, ann, { kind: 'reset', data: { round: 1, topic: 'Search' } })).toEqual({
			ok: true,
			data: { round: 2, topic: 'Search' },
		});
		expect(publicOf(state)).toMatchObject({ round: 2, topic: 'Search', revealed: false, votes: {} });
		expect(act(state, ann, { kind: 'reset', data: { round: 1 } })).toMatchObject({ code: 'stale-round' });
		expect(act(state, ann, { kind: 'reset', data: { round: 2 } })).toMatchObject({ data: { round: 3, topic: '' } });
	});

	it('a new deck -> votes for cards that are gone go too, before the reveal', () => {
		const state = start();
		vote(state, ann, '3');
		vote(state, bob, '5');
		act(state, ann, { kind: 'deck', data: { cards: ['5', '6'] } });
		expect(Object.keys(publicOf(state).votes)).toEqual(['bob']);
		reveal(state);
		act(state, ann, { kind: 'deck', data: { cards: ['1', '2'] } });
		expect(publicOf(state).votes).toMatchObject({ bob: { value: '5' } });
	});

	it('who does not lead -> forbidden; the facilitator is gone -> anybody; back -> the facilitator again', () => {
		const state = start();
		const topic: What = { kind: 'topic', data: { text: 'x' } };
		expect(act(state, bob, topic)).toMatchObject({ code: 'forbidden' });
		expect(act(state, bob, topic, 'ann')).toMatchObject({ ok: true });
		expect(act(state, bob, topic, EVERYBODY)).toMatchObject({ ok: true });
		expect(state.facilitator).toBe('ann');
		expect(act(state, bob, topic)).toMatchObject({ code: 'forbidden' });
		expect(act(state, SERVER, { kind: 'reveal', data: { round: 1 } })).toMatchObject({ ok: true });
	});

	it('nobody leads yet -> whoever does something first, unless it was refused', () => {
		const state = begin();
		act(state, bob, { kind: 'reset', data: { round: 9 } });
		expect(state.facilitator).toBe('');
		act(state, bob, { kind: 'topic', data: { text: 'x' } });
		expect(state.facilitator).toBe('bob');
		expect(claim(state, 'ann')).toBe(false);
	});
});

it('whatever people do: no hidden value is public, the version grows with each change, and it is read as it was written', () => {
	const card = fc.constantFrom('1', '2', '3');
	const person = fc.constantFrom(ann, bob, { id: 'cid', name: 'Cid' });
	const what: fc.Arbitrary<What> = fc.oneof(
		fc.record({ kind: fc.constant('vote'), data: fc.record({ round: fc.integer({ min: 1, max: 3 }), value: fc.option(card) }) }),
		fc.record({ kind: fc.constant('reveal'), data: fc.record({ round: fc.integer({ min: 1, max: 3 }) }) }),
		fc.record({ kind: fc.constant('reset'), data: fc.record({ round: fc.integer({ min: 1, max: 3 }) }) }),
		fc.record({ kind: fc.constant('deck'), data: fc.constant({ cards: ['1', '2'] }) }),
	) as fc.Arbitrary<What>;
	fc.assert(
		fc.property(fc.array(fc.tuple(person, what), { maxLength: 40 }), (story) => {
			const state = start();
			for (const [index, [user, each]] of story.entries()) {
				const { version } = state;
				const before = encode(state);
				const verdict = act(state, user, each, null, index + 1);
				expect(state.version).toBe(version + (verdict.ok ? 1 : 0));
				if (!verdict.ok) expect(encode(state)).toBe(before);
				if (!state.revealed) for (const { value } of Object.values(publicOf(state).votes)) expect(value).toBeNull();
				expect(decode(encode(state))).toEqual(state);
			}
		}),
	);
});
