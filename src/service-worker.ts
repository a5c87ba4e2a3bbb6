/** The service worker: the build is kept whole, pages come from the network first, and nothing of the API passes through here. */
import { files, build as immutable, version } from '$service-worker';
import { Build } from './lib/offline/build.ts';
import { isWord, standsIn } from './lib/offline/names.ts';
import { Pages } from './lib/offline/pages.ts';

interface Lasting extends Event {
	waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
	readonly request: Request;
	respondWith(answer: Promise<Response>): void;
}
interface Told extends Lasting {
	readonly data: unknown;
}
/** What is used of a service worker's global scope; the types of workers and of pages exclude each other. */
declare const self: {
	readonly location: Location;
	readonly clients: { claim(): Promise<void> };
	skipWaiting(): Promise<void>;
	addEventListener(type: 'install' | 'activate', run: (event: Lasting) => void): void;
	addEventListener(type: 'fetch', run: (event: Fetching) => void): void;
	addEventListener(type: 'message', run: (event: Told) => void): void;
};

const { origin } = self.location;
const ask = (request: Request) => fetch(request);
const build = new Build({ caches, fetch: ask, version, immutable, static: files, origin });

/** Copies are a convenience: where one can not be made, the console says why, and the page is as good without. */
const guarded = (work: Promise<unknown>) => work.catch((error: unknown) => console.warn('no copy for offline use:', error));

const pages = new Pages({ caches, fetch: ask, build });

self.addEventListener('install', (event) => {
	// At once: pages of the build before find their scripts in its cache as long as there are any.
	event.waitUntil(build.install().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
	event.waitUntil(guarded(build.tidy().then((builds) => pages.tidy(builds))).then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== origin) return;
	if (request.mode === 'navigate') {
		if (!standsIn(url.pathname)) return;
		event.respondWith(pages.visit(request, (work) => event.waitUntil(guarded(work))));
	} else if (build.holds(url.pathname)) event.respondWith(build.part(request));
});

self.addEventListener('message', (event) => {
	if (!isWord(event.data)) return;
	const { data } = event;
	event.waitUntil(guarded(data.type === 'forget' ? pages.forget() : pages.keep(data.address)));
});
