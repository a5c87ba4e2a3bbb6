/** The tabs of one browser in one process: locks that queue, and channels between them. */
import type { Tabs } from '../../src/lib/transports/tabs.ts';

type Channel = ReturnType<Tabs['channel']>;

export class FakeBrowser {
	readonly #queues = new Map<string, Promise<unknown>>();
	readonly #channels = new Map<string, Set<Channel>>();

	/** What one tab sees of the others. */
	tab(): Tabs {
		return {
			locks: { request: (name, callback) => this.#request(name, callback) },
			channel: (name) => this.#channel(name),
		};
	}

	#request(name: string, callback: () => unknown) {
		const before = this.#queues.get(name) ?? Promise.resolve();
		const held = before.then(callback);
		this.#queues.set(
			name,
			held.catch(() => {}),
		);
		return held;
	}

	#channel(name: string): Channel {
		const all = this.#channels.get(name) ?? new Set<Channel>();
		this.#channels.set(name, all);
		const end: Channel = {
			onmessage: null,
			postMessage(data: unknown) {
				const copy = structuredClone(data);
				for (const other of all)
					if (other !== end)
						queueMicrotask(() => all.has(other) && other.onmessage?.(new MessageEvent('message', { data: copy })));
			},
			close: () => void all.delete(end),
		};
		all.add(end);
		return end;
	}
}
