/** Choosing a card by keyboard: arrows go from card to card, and whoever types a card goes to it. */

/** Letters that come closer together than so, in milliseconds, are one card: 1 and 3 are 13. */
const PAUSE_MS = 800;

/** Where a key leads from card `index` of `count`, or null where it leads nowhere. */
export function moved(key: string, index: number, count: number): number | null {
	switch (key) {
		case 'ArrowRight':
		case 'ArrowDown':
			return (index + 1) % count;
		case 'ArrowLeft':
		case 'ArrowUp':
			return (index - 1 + count) % count;
		case 'Home':
			return 0;
		case 'End':
			return count - 1;
		default:
			return null;
	}
}

export class TypeAhead {
	#text = '';
	#at = Number.NEGATIVE_INFINITY;

	/** The index of the card that fits what was typed, or null. `at`: in milliseconds, as those of events. */
	typed(key: string, at: number, deck: readonly string[]): number | null {
		// Keys with a name, such as Tab, and the one that chooses.
		if ([...key].length !== 1 || key === ' ') return null;
		const more = at - this.#at < PAUSE_MS ? this.#text + key : key;
		// Somebody who goes on after a card that has nothing behind it means another one.
		const found = find(more, deck) ?? find(key, deck);
		this.#text = find(more, deck) === null ? key : more;
		this.#at = at;
		return found;
	}
}

function find(text: string, deck: readonly string[]): number | null {
	const wanted = text.toLocaleLowerCase();
	const cards = deck.map((card) => card.toLocaleLowerCase());
	const exact = cards.indexOf(wanted);
	const index = exact >= 0 ? exact : cards.findIndex((card) => card.startsWith(wanted));
	return index >= 0 ? index : null;
}
