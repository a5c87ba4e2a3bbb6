/** An estimation as one person sees it: seats, progress, who leads, and our own card through everything that can happen to it. */
import { describe, expect, it } from 'bun:test';
import type { OutboxItem } from '../../../../src/lib/client/types.ts';
import type { EstimationState } from '../../../../src/lib/protocol/estimation.ts';
import { choiceOf, type Kept, type Sources } from '../../../../src/lib/stores/estimation/own-choice.ts';
import { type Present, type Situation, viewOf } from '../../../../src/lib/stores/estimation/view.ts';

const me = { id: 'me', name: 'Me' };
const state = (part: Partial<EstimationState> = {}): EstimationState => ({
	...{ round: 2, topic: '', deck: ['1', '5', '?'], revealed: false, votes: {}, facilitator: 'ann' },
	...part,
});
const voted = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, { voted: true, value: null, name: id }]));
const shown = (votes: Record<string, string>) =>
	Object.fromEntries(Object.entries(votes).map(([id, value]) => [id, { voted: true, value, name: id }]));
const here = (...ids: string[]): Present => ({
	count: ids.length,
	members: ids.map((id) => ({ user: { id: id.replace('~', ''), name: id }, status: id.startsWith('~') ? 'away' : 'active' })),
});
const none = { name: 'made', value: null, delivery: 'stored' } as const;
const see = (estimation: EstimationState, present: Present | null, part: Partial<Situation> = {}) =>
	viewOf({ estimation, present, me, choice: none, nameOf: () => undefined, ...part });
const seats = (view: ReturnType<typeof see>) =>
	view.seats.map(({ user, whereabouts, card }) => `${user.id} ${whereabouts} ${card.name}`);

describe('the table', () => {
	it('we first, then everybody as they came, then who voted and left; somebody away is not waited for', () => {
		const view = see(state({ votes: voted('bob', 'gone') }), here('ann', 'me', 'bob', '~cy'));
		expect(seats(view)).toEqual([
			'me here thinking',
			'ann here thinking',
			'bob here voted',
			'cy away thinking',
			'gone gone voted',
		]);
		expect(view).toMatchObject({ voted: 2, expected: 4, missing: [{ id: 'me' }, { id: 'ann' }], unnamed: 0 });
	});

	it('not connected: nobody is said to be anywhere, what was voted stays', () => {
		const view = see(state({ votes: voted('bob') }), null);
		expect(seats(view)).toEqual(['me unknown thinking', 'bob unknown voted']);
	});

	it('all who are there have voted -> everybody has; not connected, or with people unknown by name -> nobody can say so', () => {
		const votes = voted('me', 'ann');
		const choice = { name: 'made', value: '5', delivery: 'stored' } as const;
		const everybody = (present: Present | null) => see(state({ votes }), present, { choice }).everybody;
		expect(everybody(here('me', 'ann', '~cy'))).toBe(true);
		expect([null, here('me', 'ann', 'bob'), { ...here('me', 'ann'), count: 3 }].map(everybody)).toEqual([false, false, false]);
		expect(see(state(), here()).everybody).toBe(false);
	});

	it('our own card lies there as soon as it is chosen, and goes as soon as it is taken back', () => {
		const chosen = see(state(), here('me'), { choice: { name: 'made', value: '5', delivery: 'queued' } });
		expect([seats(chosen), chosen.voted]).toEqual([['me here voted'], 1]);
		expect(see(state({ votes: voted('me') }), here('me')).voted).toBe(0);
	});

	it('revealed: values, results, and nobody is waited for', () => {
		const view = see(state({ revealed: true, votes: shown({ ann: '5', me: '1' }) }), here('ann', 'me', 'bob'));
		expect(view.seats.map(({ card }) => card)).toEqual([
			{ name: 'shown', value: '1' },
			{ name: 'shown', value: '5' },
			{ name: 'none' },
		]);
		expect(view).toMatchObject({ missing: [], results: { numbers: { average: 3 } } });
	});

	it('256 people of whom 200 are known by name: those who voted beyond are counted once', () => {
		const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
		const present = { ...here(...names), count: 256 };
		const view = see(state({ votes: voted('p0', 'x1', 'x2') }), present, { me: { id: 'p0', name: '' } });
		// Our own choice says that we have not voted; two of the 56 beyond have.
		expect(view).toMatchObject({ voted: 2, expected: 256, unnamed: 54 });
	});

	it('a person called like a property of objects is a person', () => {
		const view = see(state(), here('constructor', 'me'));
		expect(seats(view)).toEqual(['me here thinking', 'constructor here thinking']);
	});
});

describe('who leads', () => {
	const lead = (facilitator: string, present: Present | null) => see(state({ facilitator }), present);
	it.each([
		['me', here('me'), 'me', true],
		['ann', here('me', 'ann'), 'other', false],
		['ann', here('me', '~ann'), 'other', false],
		['ann', here('me'), 'gone', true],
		['ann', null, 'other', false],
		['', here('me'), 'nobody', true],
		['ann', { ...here('me'), count: 201 }, 'unsure', true],
	] as const)('%p, %p -> %p, we may: %p', (facilitator, present, name, may) => {
		expect(lead(facilitator, present)).toMatchObject({ lead: { name }, mayLead: may });
	});

	it('a name that was told at some time is remembered', () => {
		expect(see(state(), here('me'), { nameOf: () => 'Ann' }).lead).toEqual({ name: 'gone', user: { id: 'ann', name: 'Ann' } });
	});
});

describe('our own card', () => {
	const item = (value: string | null, status: OutboxItem['status'], round = 2): OutboxItem => ({
		...{ id: 'i', client: 'c', room: 'r', seq: 1, kind: 'vote', at: 0 },
		...{ data: { round, value }, status },
	});
	const kept = (part: Partial<Kept> = {}): Kept => ({ round: 2, user: 'me', value: '5', offset: 7, ...part });
	const choice = (part: Partial<Sources>) =>
		choiceOf({ estimation: state(), me: 'me', pending: [], kept: null, confirmed: true, ...part });
	const made = (value: string | null, delivery = 'stored') => ({ name: 'made', value, delivery });
	const voteIn = state({ votes: voted('me') });

	it.each<[string, Partial<Sources>, object]>([
		['nothing -> none', {}, made(null)],
		['queued -> ours at once', { pending: [item('5', 'queued')] }, made('5', 'queued')],
		['two on their way -> the last', { pending: [item('5', 'sending'), item('1', 'queued')] }, made('1', 'queued')],
		['taken back, on its way', { estimation: voteIn, kept: kept(), pending: [item(null, 'sending')] }, made(null, 'sending')],
		['for an earlier round -> none', { pending: [item('5', 'queued', 1)] }, made(null)],
		['refused -> none', { pending: [item('5', 'failed')] }, made(null)],
		['acknowledged, and the state has yet to say so', { kept: kept(), confirmed: false }, made('5')],
		['reloaded, and the server knows', { estimation: voteIn, kept: kept() }, made('5')],
		['reloaded, and the server knows of none -> none', { kept: kept() }, made(null)],
		['voted elsewhere', { estimation: voteIn }, { name: 'unknown' }],
		['taken back here, voted elsewhere', { estimation: voteIn, kept: kept({ value: null }) }, { name: 'unknown' }],
		['kept of an earlier round', { estimation: voteIn, kept: kept({ round: 1 }) }, { name: 'unknown' }],
		['kept of another person', { estimation: voteIn, kept: kept({ user: 'ann' }) }, { name: 'unknown' }],
		['the card is gone from the deck', { kept: kept({ value: '8' }), confirmed: false }, made(null)],
		[
			'revealed -> what the table shows',
			{ estimation: state({ revealed: true, votes: shown({ me: '1' }) }), kept: kept() },
			made('1'),
		],
	])('%s', (_, part, expected) => expect(choice(part)).toEqual(expected as never));
});
