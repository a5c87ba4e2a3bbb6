/** Which tab of a browser leads: the one that holds the lock. The others stand in line for it. */

/** The part of the browser's Web Locks that is used. */
export interface Locks {
	request(
		name: string,
		options: { ifAvailable?: boolean; signal?: AbortSignal },
		callback: (lock: unknown) => Promise<void> | undefined,
	): Promise<unknown>;
}

/** Tells when the page is put aside for the person to go back to, and when they do: a page that holds a lock is not kept. Returns what stops it. */
export type PutAside = (aside: () => void, back: () => void) => () => void;

export interface LeadershipEvents {
	/** This tab leads from here on. `later`: it had been decided otherwise before. */
	leads(later: boolean): void;
	/** The page is put aside, or goes for good. */
	aside(): void;
}

export interface Leadership {
	readonly leads: boolean;
	/** Resolves once it is known who leads to begin with. */
	readonly decided: Promise<void>;
	leave(): void;
}

export function seekLeadership(name: string, locks: Locks, putAside: PutAside | undefined, events: LeadershipEvents): Leadership {
	let leads = false;
	/** The browser lets no tab lead: each does, for itself. */
	let alone = false;
	let over = false;
	let resign = () => {};
	/** Pending while the page is put aside. */
	let awake = Promise.resolve();
	let wakeUp = () => {};
	/** Given up with the page: one that waits for a lock may not be put aside, and must not get it there. */
	let inLine = new AbortController();

	function lead(later: boolean) {
		if (over) return undefined;
		leads = true;
		events.leads(later);
		return new Promise<void>((resolve) => {
			resign = resolve;
		});
	}

	const decided = new Promise<void>((decide) => {
		const first = locks.request(name, { ifAvailable: true }, (lock) => {
			const led = lock ? lead(false) : undefined;
			decide();
			return led;
		});
		first.then(queue).catch(() => {
			alone = true;
			decide();
		});
	});

	/** Leads again and again, whenever it is this tab's turn. */
	async function queue() {
		while (!over) {
			await awake;
			if (over) return;
			inLine = new AbortController();
			const { signal } = inLine;
			await locks
				.request(name, { signal }, () => lead(true))
				.catch((error) => {
					if (!signal.aborted) throw error;
				});
		}
	}

	function stepDown() {
		leads = false;
		inLine.abort();
		resign();
	}

	const stopAside = putAside?.(
		() => {
			awake = new Promise((resolve) => {
				wakeUp = resolve;
			});
			stepDown();
			events.aside();
		},
		() => wakeUp(),
	);

	return {
		get leads() {
			return leads || alone;
		},
		decided,
		leave() {
			over = true;
			stopAside?.();
			wakeUp();
			stepDown();
		},
	};
}
