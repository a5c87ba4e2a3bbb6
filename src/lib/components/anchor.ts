/** Holds what a person is reading where it is, while rows come and go above and below it. */

/** Remembers the first row in sight; the function returned puts it back to where it was. */
export function anchorIn(scroller: HTMLElement): () => void {
	const top = scroller.getBoundingClientRect().top;
	for (const row of scroller.querySelectorAll('[data-key]')) {
		const { top: before, bottom } = row.getBoundingClientRect();
		if (bottom <= top) continue;
		return () => {
			if (row.isConnected) scroller.scrollTop += row.getBoundingClientRect().top - before;
		};
	}
	return () => {};
}
