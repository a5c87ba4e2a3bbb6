/** What a browser knows of sleep and networks. Everywhere else there is nothing to listen to, and nothing happens. */

/** Where the events come from; `globalThis` in a browser. */
export interface PageHost {
	readonly window?: EventTarget | undefined;
	readonly document?: (EventTarget & { readonly visibilityState: string }) | undefined;
	/** Some browsers tell when the device changes from one network to another; what they say of being online is a hint. */
	readonly navigator?: { readonly onLine?: boolean; readonly connection?: unknown } | undefined;
}

export interface PageEvents {
	/** The network is back, or another one, says the browser. A hint: worth an attempt, proof of nothing. */
	online(): void;
	/** The network is gone, says the browser. A hint as well: worth a question whose answer will tell. */
	offline(): void;
	/** The page was asleep, hidden or frozen, and timers with it: the connection may be long dead. */
	woke(): void;
}

/** Listens; returns the function that stops it. */
export function watchPage({ window, document, navigator }: PageHost, { online, offline, woke }: PageEvents): () => void {
	const seen = () => document?.visibilityState === 'visible' && woke();
	const network = navigator?.connection instanceof EventTarget ? navigator.connection : undefined;
	const typeOf = () => (network && 'type' in network ? network.type : undefined);
	let type = typeOf();
	/** It also comes with each new estimate of the speed: only another kind of network is worth more than a question. */
	const changed = () => {
		const before = type;
		type = typeOf();
		if (type === before) offline();
		else online();
	};
	const watched = [
		[network, 'change', changed],
		[window, 'online', online],
		[window, 'offline', offline],
		[window, 'pageshow', woke],
		[document, 'visibilitychange', seen],
		[document, 'resume', woke],
	] as const;
	for (const [target, event, run] of watched) target?.addEventListener(event, run);
	return () => {
		for (const [target, event, run] of watched) target?.removeEventListener(event, run);
	};
}

/**
 * Listens for the browser putting the page aside, whole and frozen, for a person who may go back to it; returns what stops it.
 * @param aside it is about to be: nothing of the page runs until `back`, which may never come
 */
export function watchPutAside({ window }: PageHost, aside: () => void, back: () => void): () => void {
	const isKept = (event: Event) => 'persisted' in event && event.persisted === true;
	const hidden = (event: Event) => isKept(event) && aside();
	const shown = (event: Event) => isKept(event) && back();
	window?.addEventListener('pagehide', hidden);
	window?.addEventListener('pageshow', shown);
	return () => {
		window?.removeEventListener('pagehide', hidden);
		window?.removeEventListener('pageshow', shown);
	};
}
