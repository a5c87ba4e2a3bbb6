/** The scripts, styles and icons of a build, kept whole: a page that was kept needs those of its own build, not of the newest. */
import { BUILD, SHELL } from './names.ts';

export interface BuildParts {
	caches: CacheStorage;
	fetch(request: Request): Promise<Response>;
	/** Of this worker. */
	version: string;
	/** Paths of everything in the build, those that never change first. */
	immutable: readonly string[];
	static: readonly string[];
	origin: string;
}

export class Build {
	readonly #parts: BuildParts;
	readonly #paths: ReadonlySet<string>;

	constructor(parts: BuildParts) {
		this.#parts = parts;
		this.#paths = new Set([...parts.immutable, ...parts.static]);
	}

	/** Fetches all of it. @throws Error when anything is missing: a build that is not whole is not put to use */
	async install(): Promise<void> {
		const { caches, version, immutable, static: files } = this.#parts;
		const cache = await caches.open(BUILD + version);
		try {
			await Promise.all([
				...immutable.map((path) => this.#add(cache, path, 'default')),
				...[...files, SHELL].map((path) => this.#add(cache, path, 'no-cache')),
			]);
		} catch (error) {
			await caches.delete(BUILD + version);
			throw error;
		}
	}

	/** Lets go of all builds but this and the one before, whose pages may still be open; returns the names of those that stay. */
	async tidy(): Promise<ReadonlySet<string>> {
		const { caches, version } = this.#parts;
		const builds = (await caches.keys()).filter((name) => name.startsWith(BUILD));
		const before = builds.filter((name) => name !== BUILD + version).at(-1);
		const kept = new Set([BUILD + version, ...(before ? [before] : [])]);
		await Promise.all(builds.filter((name) => !kept.has(name)).map((name) => caches.delete(name)));
		return new Set([...kept].map((name) => name.slice(BUILD.length)));
	}

	/** Whether a page of that build can run without a network. */
	has(version: string): Promise<boolean> {
		return this.#parts.caches.has(BUILD + version);
	}

	holds(pathname: string): boolean {
		return this.#paths.has(pathname) || pathname.startsWith('/_app/immutable/');
	}

	/** A part of this build, or of the one before for a page that is older. */
	async part(request: Request): Promise<Response> {
		const { caches, version, fetch } = this.#parts;
		const older = (await caches.keys()).filter((name) => name.startsWith(BUILD) && name !== BUILD + version);
		for (const name of [BUILD + version, ...older]) {
			const found = await (await caches.open(name)).match(request, { ignoreVary: true, ignoreSearch: true });
			if (found) return found;
		}
		return fetch(request);
	}

	/** The page that boots anywhere, or undefined before this build is installed. */
	async shell(): Promise<Response | undefined> {
		const { caches, version, origin } = this.#parts;
		return (await caches.open(BUILD + version)).match(origin + SHELL, { ignoreVary: true });
	}

	/** As the person reads it now: in another language, perhaps. */
	async renewShell(): Promise<void> {
		const { caches, version } = this.#parts;
		await this.#add(await caches.open(BUILD + version), SHELL, 'no-cache');
	}

	async #add(cache: Cache, path: string, mode: RequestCache) {
		const request = new Request(this.#parts.origin + path, { cache: mode, credentials: 'same-origin' });
		const answer = await this.#parts.fetch(request);
		if (!answer.ok) throw new Error(`${path} could not be kept: the server answered ${answer.status}`);
		await cache.put(request.url, answer);
	}
}
