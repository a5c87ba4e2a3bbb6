/** Cards that this browser remembers: one a room, whatever lies in its storage. */
import { describe, expect, it } from 'bun:test';
import { keepCard, keptCard } from '../../../../src/lib/stores/estimation/kept-cards.ts';
import { Roll } from '../../../../src/lib/stores/estimation/roll.ts';

function shelf(text: string | null = null) {
	const box = { text, isFull: false };
	return {
		...{ getItem: () => box.text, box },
		setItem(_: string, value: string) {
			if (box.isFull) throw new Error('full');
			box.text = value;
		},
	};
}
const card = (offset: number, value: string | null = '5') => ({ round: 2, user: 'me', value, offset });

describe('kept cards', () => {
	it('kept -> there, a later one replaces it, null forgets it; other rooms have their own', () => {
		const storage = shelf();
		keepCard(storage, 'a', card(1));
		keepCard(storage, 'b', card(2, null));
		keepCard(storage, 'a', card(3));
		expect([keptCard(storage, 'a'), keptCard(storage, 'b')]).toEqual([card(3), card(2, null)]);
		keepCard(storage, 'a', null);
		expect([keptCard(storage, 'a'), keptCard(storage, 'b')]).toEqual([null, card(2, null)]);
	});

	it('more rooms than it keeps -> the oldest go', () => {
		const storage = shelf();
		for (let room = 1; room <= 25; room++) keepCard(storage, `${room}`, card(room));
		expect([keptCard(storage, '5'), keptCard(storage, '6'), keptCard(storage, '25')]).toEqual([null, card(6), card(25)]);
	});

	it.each([null, '', '{', '{}', '[1, null, {"room": "a"}]', '[{"room":"a","round":"2","user":"me","value":"5","offset":1}]'])(
		'what is stored is %p -> nothing',
		(text) => expect(keptCard(shelf(text), 'a')).toBeNull(),
	);

	it('a full storage -> the room works without', () => {
		const storage = shelf();
		storage.box.isFull = true;
		keepCard(storage, 'a', card(1));
		expect(keptCard(storage, 'a')).toBeNull();
	});
});

describe('who is there', () => {
	const member = (id: string, name = id) => ({ user: { id, name }, status: 'active' as const });

	it('never told -> not known; told whole, then changed', () => {
		const roll = new Roll();
		expect(roll.present).toBeNull();
		roll.take({ presence: { version: 1, count: 2, members: [member('a'), member('b')] } });
		roll.change({ version: 2, count: 2, changed: [member('c'), member('a', 'Ann')], left: ['b', 'unknown'] });
		expect(roll.present).toEqual({ count: 2, members: [member('a', 'Ann'), member('c')] });
		roll.take({ presence: undefined });
		expect(roll.present?.count).toBe(2);
		roll.take({ presence: { version: 9, count: 300, members: [member('x')] } });
		expect(roll.present).toEqual({ count: 300, members: [member('x')] });
	});
});
