/** The tabs of one browser in one process: locks that queue, and channels between them. */
import type { Tabs } from '../../src/lib/transports/tabs.ts';

type Channel = ReturnType<Tabs['channel']>;

export class FakeBrowser {
	readonly #queues = new Map<string, Promise<void>>();
	readonly #channels = new Map<string, Set<Channel>>();

	/** What one tab sees of the others. */
	tab(): Tabs {
		return {
			locks: { request: (name, options, callback) => this.#request(name, options, callback) },
			channel: (name) => this.#channel(name),
		};
	}

	async #request(...[name, { ifAvailable, signal }, callback]: Parameters<Tabs['locks']['request']>) {
		const before = this.#queues.get(name);
		if (before && ifAvailable) return callback(null);
		const held = (before ?? Promise.resolve()).then(() => {
			signal?.throwIfAborted();
			return callback({});
		});
		const gone = held
			.catch(() => {})
			.then(() => {
				if (this.#queues.get(name) === gone) this.#queues.delete(name);
			});
		this.#queues.set(name, gone);
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
