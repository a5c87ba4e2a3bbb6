/** Cache Storage in memory, as far as the service worker uses it: entries in the order in which they were put. */

type Query = RequestInfo | URL;
const urlOf = (query: Query) => (query instanceof Request ? query.url : String(query));

class FakeCache implements Cache {
	#entries = new Map<string, Response>();

	async match(query: Query, options?: CacheQueryOptions): Promise<Response | undefined> {
		const [key] = this.#find(query, options);
		return key === undefined ? undefined : this.#entries.get(key)?.clone();
	}

	async matchAll(): Promise<Response[]> {
		return [...this.#entries.values()].map((answer) => answer.clone());
	}

	async put(query: Query, answer: Response): Promise<void> {
		// Read whole, as a browser does: an answer that was read before can not be kept.
		const body = await answer.arrayBuffer();
		this.#entries.set(urlOf(query), new Response(body, { status: answer.status, headers: answer.headers }));
	}

	async delete(query: Query, options?: CacheQueryOptions): Promise<boolean> {
		const found = this.#find(query, options);
		for (const key of found) this.#entries.delete(key);
		return found.length > 0;
	}

	async keys(query?: Query, options?: CacheQueryOptions): Promise<Request[]> {
		const found = query === undefined ? [...this.#entries.keys()] : this.#find(query, options);
		return found.map((url) => new Request(url));
	}

	async add(): Promise<void> {
		throw new Error('not used: what is fetched is looked at first');
	}

	addAll = this.add;

	#find(query: Query, { ignoreSearch = false }: CacheQueryOptions = {}) {
		const bare = (url: string) => (ignoreSearch ? url.replace(/\?.*$/, '') : url);
		return [...this.#entries.keys()].filter((key) => bare(key) === bare(urlOf(query)));
	}
}

export class FakeCaches implements CacheStorage {
	#caches = new Map<string, FakeCache>();

	async open(name: string): Promise<Cache> {
		const cache = this.#caches.get(name) ?? new FakeCache();
		this.#caches.set(name, cache);
		return cache;
	}

	has = async (name: string) => this.#caches.has(name);
	delete = async (name: string) => this.#caches.delete(name);
	keys = async () => [...this.#caches.keys()];

	async match(): Promise<Response | undefined> {
		throw new Error('not used: other caches of the origin are none of ours');
	}
}
