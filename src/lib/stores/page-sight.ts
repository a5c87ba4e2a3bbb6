/** Whether the page is in sight, as a rune. On the server every page is. */

import { on } from 'svelte/events';
import { createSubscriber } from 'svelte/reactivity';

class PageSight {
	readonly #subscribe = createSubscriber((update) => on(document, 'visibilitychange', update));

	get visible(): boolean {
		this.#subscribe();
		return typeof document === 'undefined' || document.visibilityState === 'visible';
	}
}

export const pageSight = new PageSight();
