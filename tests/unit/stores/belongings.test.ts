/** What a browser keeps of one person goes with them: whoever comes next on the device finds none of it. */
import { describe, expect, it } from 'bun:test';
import { Belongings } from '../../../src/lib/stores/belongings.ts';
import { draftOf, keepDraft } from '../../../src/lib/stores/drafts.ts';
import { keepCard, keptCard } from '../../../src/lib/stores/estimation/kept-cards.ts';
import { markRead, readMarks } from '../../../src/lib/stores/read-marks.ts';
import type { WholeShelf } from '../../../src/lib/stores/shelf.ts';
import { Unread } from '../../../src/lib/stores/unread.ts';
import { rememberRoom, visitedRooms } from '../../../src/lib/stores/visited.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function shelf(): WholeShelf {
	const kept = new Map<string, string>();
	return {
		get length() {
			return kept.size;
		},
		key: (index) => [...kept.keys()][index] ?? null,
		getItem: (key) => kept.get(key) ?? null,
		setItem: (key, value) => void kept.set(key, value),
		removeItem: (key) => void kept.delete(key),
	};
}

/** A tab of a browser; `browser` is shared with its other tabs. */
function tab(browser = shelf(), own = shelf()) {
	const unread = new Unread(browser, new FakeClock());
	return { browser, own, unread, belongings: new Belongings(browser, own, () => unread.forget()) };
}

/** A person has been here, and left all that they can. */
function used(id: string, at = tab()) {
	at.belongings.claim(id);
	at.unread.enter('secret plans', 'Secret plans');
	at.unread.read('secret plans', 7);
	keepCard(at.browser, 'secret plans', { round: 1, user: id, value: '8', offset: 7 });
	keepDraft(at.own, `${id} secret plans`, 'half a thought');
	return at;
}

function everything({ browser, own }: { browser: WholeShelf; own: WholeShelf }): string {
	const all = [browser, own].flatMap((one) =>
		Array.from({ length: one.length }, (_, index) => {
			const key = one.key(index) ?? '';
			return `${key}=${one.getItem(key)}`;
		}),
	);
	return all.join('\n');
}

describe('what belongs to a person', () => {
	it('signing out -> nothing is left in storage, nor in the memory of the page; what the device is set to stays', () => {
		const at = used('ann');
		at.browser.setItem('holdfast.notices', 'all');
		expect(everything(at)).toContain('half a thought');
		at.belongings.forget('ann');
		expect(everything(at)).toBe('holdfast.notices=all');
		expect([at.unread.rooms, at.unread.readTo('secret plans')]).toEqual([[], null]);
	});

	it('a reload, or the same person in another tab -> all of it is there', () => {
		const at = used('ann');
		at.belongings.claim('ann');
		tab(at.browser).belongings.claim('ann');
		expect(visitedRooms(at.browser)).toEqual([{ room: 'secret plans', title: 'Secret plans' }]);
		expect(readMarks(at.browser).get('secret plans')).toBe(7);
		expect(keptCard(at.browser, 'secret plans')?.value).toBe('8');
		expect(draftOf(at.own, 'ann secret plans')).toBe('half a thought');
	});

	it('somebody else comes without a sign-out -> they begin with nothing, and so does each tab', () => {
		const at = used('ann');
		const other = used('ann', tab(at.browser));
		at.belongings.claim('bo');
		rememberRoom(at.browser, 'harbour');
		markRead(at.browser, 'harbour', 1);
		other.belongings.claim('bo');
		expect(visitedRooms(at.browser)).toEqual([{ room: 'harbour', title: 'harbour' }]);
		for (const each of [at, other]) expect(everything(each)).not.toMatch(/secret|thought|ann/);
	});

	it('a tab hears of the sign-out when the next person is there already -> what is theirs stays, the drafts of this tab go', () => {
		const at = used('ann');
		const late = used('ann', tab(at.browser));
		at.belongings.forget('ann');
		used('bo', at);
		late.belongings.forget('ann');
		expect(visitedRooms(at.browser)).toHaveLength(1);
		expect(late.own.length).toBe(0);
		expect(draftOf(at.own, 'bo secret plans')).toBe('half a thought');
	});

	it('what was kept before it had an owner stays with whoever is here', () => {
		const at = tab();
		rememberRoom(at.browser, 'lobby');
		at.belongings.claim('ann');
		expect(visitedRooms(at.browser)).toHaveLength(1);
	});

	it('storage that takes nothing -> nothing throws', () => {
		const full = {
			...shelf(),
			setItem: () => {
				throw new Error('full');
			},
		};
		const at = used('ann', tab(full, full));
		at.belongings.claim('bo');
		at.belongings.forget('bo');
		expect(at.unread.rooms).toEqual([]);
	});
});
