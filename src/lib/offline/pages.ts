/** Pages for when the network is gone: the last good copy of each, of one reader only, and the shell where there is none. */
import type { Build } from './build.ts';
import { MESSAGES, PAGES, readMark } from './names.ts';

/** Copies at the most; the one that was loaded longest ago goes first. */
const MOST = 30;
/** The server, or the proxy in front of it, says that there is no server now. */
const NOBODY_THERE = [502, 503, 504];
/** The page is not there for this reader, and neither is its copy. */
const GONE = [401, 403, 404, 410];

export interface PagesParts {
	caches: CacheStorage;
	fetch(request: Request): Promise<Response>;
	build: Pick<Build, 'has' | 'shell' | 'renewShell'>;
}

/** Keeps the worker alive until what an answer left to do is done. */
export type Later = (work: Promise<void>) => void;

/** A page counts by its path and what is asked of it; the place within it does not. */
function keyOf(address: string): string {
	const { origin, pathname, search } = new URL(address);
	return origin + pathname + search;
}

export class Pages {
	readonly #parts: PagesParts;
	/** Grows with each `forget`: what was asked for before is not kept after. */
	#generation = 0;
	/** One change after another, so that two pages at once leave neither too many copies nor another reader's. */
	#changes: Promise<void> = Promise.resolve();

	constructor(parts: PagesParts) {
		this.#parts = parts;
	}

	/** Answers a navigation: from the network, and where that fails from what is kept. @throws what the network did, when nothing is kept */
	async visit(request: Request, later: Later): Promise<Response> {
		const generation = this.#generation;
		let answer: Response;
		try {
			answer = await this.#parts.fetch(request);
		} catch (error) {
			const copy = await this.#kept(request.url);
			if (copy) return copy;
			throw error;
		}
		if (NOBODY_THERE.includes(answer.status)) return (await this.#kept(request.url)) ?? answer;
		if (answer.status === 200 && readMark(answer)) {
			// Now, while nobody has read it.
			const copy = answer.clone();
			later(this.#change(() => this.#put(request.url, copy, generation)));
		}
		if (GONE.includes(answer.status)) later(this.#change(() => this.#drop(new URL(request.url).pathname)));
		return answer;
	}

	/** Sees to it that there is a copy of a page that was opened without being loaded whole. */
	async keep(address: string): Promise<void> {
		const cache = await this.#parts.caches.open(PAGES);
		const generation = this.#generation;
		if (await cache.match(keyOf(address))) return;
		const answer = await this.#parts.fetch(
			new Request(address, { credentials: 'same-origin', headers: { accept: 'text/html' } }),
		);
		if (answer.status === 200) await this.#change(() => this.#put(address, answer, generation));
	}

	/** Lets go of every copy: whoever comes next is somebody else. */
	async forget(): Promise<void> {
		this.#generation++;
		await this.#change(() => this.#empty());
	}

	/** Lets go of the copies that no build that is kept can run. */
	async tidy(builds: ReadonlySet<string>): Promise<void> {
		await this.#change(async () => {
			const cache = await this.#parts.caches.open(PAGES);
			for (const key of await cache.keys()) {
				const copy = await cache.match(key);
				if (!copy || !builds.has(readMark(copy)?.build ?? '')) await cache.delete(key);
			}
		});
	}

	async #kept(address: string): Promise<Response | undefined> {
		const { caches, build } = this.#parts;
		const cache = await caches.open(PAGES);
		const exact = await cache.match(keyOf(address));
		if (exact && (await build.has(readMark(exact)?.build ?? ''))) return exact;
		// The same page looked at in another way: its copy is rendered for its own address, so the browser goes there.
		const { origin, pathname } = new URL(address);
		const [key] = await cache.keys(origin + pathname, { ignoreSearch: true });
		const other = key && key.url !== keyOf(address) ? await cache.match(key) : undefined;
		if (key && other && (await build.has(readMark(other)?.build ?? ''))) return Response.redirect(key.url, 302);
		return build.shell();
	}

	async #put(address: string, answer: Response, generation: number) {
		const mark = readMark(answer);
		if (!mark || generation !== this.#generation) return;
		const { caches, build } = this.#parts;
		const changed = await this.#isAnother(mark.reader);
		if (changed) await this.#empty();
		const cache = await caches.open(PAGES);
		// Taken out first, for `keys` tells them in the order in which they came.
		await cache.delete(keyOf(address));
		await cache.put(keyOf(address), answer);
		const keys = await cache.keys();
		for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(key);
		if (changed) await build.renewShell();
	}

	/** All copies are one reader's, so that the first tells of all. */
	async #isAnother(reader: string): Promise<boolean> {
		const cache = await this.#parts.caches.open(PAGES);
		const [first] = await cache.keys();
		const copy = first && (await cache.match(first));
		return copy !== undefined && readMark(copy)?.reader !== reader;
	}

	async #drop(pathname: string) {
		const { caches } = this.#parts;
		for (const name of [PAGES, MESSAGES]) {
			const cache = await caches.open(name);
			for (const key of await cache.keys()) if (new URL(key.url).pathname === pathname) await cache.delete(key);
		}
	}

	async #empty() {
		await Promise.all([PAGES, MESSAGES].map((name) => this.#parts.caches.delete(name)));
	}

	#change(work: () => Promise<void>): Promise<void> {
		const done = this.#changes.then(work);
		this.#changes = done.catch(() => {
			// Whoever asked hears of it; the next change does not depend on it.
		});
		return done;
	}
}
