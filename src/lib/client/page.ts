/** What a browser knows of sleep and networks. Everywhere else there is nothing to listen to, and nothing happens. */

/** Where the events come from; `globalThis` in a browser. */
export interface PageHost {
	readonly window?: EventTarget | undefined;
	readonly document?: (EventTarget & { readonly visibilityState: string }) | undefined;
}

export interface PageEvents {
	/** The network is back, says the browser. A hint: worth an attempt, proof of nothing. */
	online(): void;
	/** The page was asleep, hidden or frozen, and timers with it: the connection may be long dead. */
	woke(): void;
}

/** Listens; returns the function that stops it. */
export function watchPage(host: PageHost, events: PageEvents): () => void {
	const { window, document } = host;
	const seen = () => {
		if (document?.visibilityState === 'visible') events.woke();
	};
	window?.addEventListener('online', events.online);
	window?.addEventListener('pageshow', events.woke);
	document?.addEventListener('visibilitychange', seen);
	document?.addEventListener('resume', events.woke);
	return () => {
		window?.removeEventListener('online', events.online);
		window?.removeEventListener('pageshow', events.woke);
		document?.removeEventListener('visibilitychange', seen);
		document?.removeEventListener('resume', events.woke);
	};
}
