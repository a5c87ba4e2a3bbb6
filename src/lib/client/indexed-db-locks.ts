/** Who is alive: each client's lock is held for as long as its page lives, and the browser lets go of it however that ends. */
import type { Cancel, Clock } from '../clock.ts';

/** The part of the browser's `LockManager` that is used. */
export interface Locks {
	request(name: string, options: LockOptions, granted: (lock: Lock | null) => Promise<void> | undefined): Promise<unknown>;
	query(): Promise<LockManagerSnapshot>;
}

export type ClientLocks = ReturnType<typeof createClientLocks>;

const PREFIX = 'holdfast:client:';

export function createClientLocks(manager: Locks, clock: Clock) {
	/** Those that are ours, and how each is let go. */
	const held = new Map<string, () => void>();

	return {
		/** True once it is ours; false when it was not free for `patienceMs`. Rejects where locks are not allowed. */
		take(client: string, patienceMs: number): Promise<boolean> {
			if (held.has(client)) return Promise.resolve(true);
			const patience = new AbortController();
			const cancel = clock.setTimeout(() => patience.abort(), patienceMs);
			return new Promise((resolve, reject) => {
				const granted = (lock: Lock | null) => {
					cancel();
					resolve(lock !== null);
					return lock ? new Promise<void>((release) => held.set(client, release)) : undefined;
				};
				const options = patienceMs > 0 ? { signal: patience.signal } : { ifAvailable: true };
				manager.request(PREFIX + client, options, granted).catch((error: unknown) => {
					cancel();
					if (patience.signal.aborted) resolve(false);
					else reject(error);
				});
			});
		},

		release(client: string) {
			held.get(client)?.();
			held.delete(client);
		},

		/** The clients that are alive in some page. */
		async alive(): Promise<Set<string>> {
			const { held = [] } = await manager.query();
			return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
		},

		/** Stands in line for a lock without wanting it: calls `gone` when its holder is. */
		onGone(client: string, gone: () => void, failed: (error: unknown) => void): Cancel {
			const waiting = new AbortController();
			const granted = () => {
				gone();
				return undefined;
			};
			manager.request(PREFIX + client, { signal: waiting.signal }, granted).catch((error: unknown) => {
				if (!waiting.signal.aborted) failed(error);
			});
			return () => waiting.abort();
		},
	};
}
