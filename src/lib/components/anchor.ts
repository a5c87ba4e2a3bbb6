/** Holds what a person is reading where it is, while rows come and go above and below it. */

/** Remembers the first row in sight; the function returned puts it back to where it was. */
export function anchorIn(scroller: HTMLElement): () => void {
	const top = scroller.getBoundingClientRect().top;
	// The blocks first: to measure a row of one that is out of sight would make the browser draw all of it.
	const block = [...scroller.querySelectorAll('[data-block]')].find((each) => each.getBoundingClientRect().bottom > top);
	for (const row of block?.querySelectorAll('[data-key]') ?? []) {
		const { top: before, bottom } = row.getBoundingClientRect();
		if (bottom <= top) continue;
		return () => {
			if (row.isConnected) scroller.scrollTop += row.getBoundingClientRect().top - before;
		};
	}
	return () => {};
}
