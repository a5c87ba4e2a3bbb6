/** The page's side of offline use: registers the worker, tells it which pages to keep, and has it forget them. Nothing here waits for it. */
import { MESSAGES, PAGES, standsIn, type Word } from './names.ts';

/** Undefined where the browser has none, or does not trust the connection: then there is no offline use, and all else works. */
const container = () => ('serviceWorker' in navigator ? navigator.serviceWorker : undefined);

/** Copies are a convenience: whoever has no room for them, or forbids them, has a page as good. */
const unavailable = (error: unknown) => console.warn('offline use is not available:', error);

/** Registers the worker once the page has loaded: its first download must not compete with the page's own. */
export function registerWorker() {
	const register = () => container()?.register('/service-worker.js').catch(unavailable);
	if (document.readyState === 'complete') register();
	else addEventListener('load', register, { once: true });
}

/** Sees to it that this page is there without a network, also when it was reached without being loaded. */
export function keepPage(url: URL) {
	if (standsIn(url.pathname)) tell({ type: 'keep', address: url.href });
}

/**
 * Lets go of every page and message that was kept on this device for offline use. Call it when somebody signs out or becomes
 * somebody else. Resolves when they are gone, whether or not there is a worker.
 */
export async function forgetPages(): Promise<void> {
	// First, so that what it is fetching at this moment is not kept after all.
	tell({ type: 'forget' });
	if ('caches' in globalThis) await Promise.all([PAGES, MESSAGES].map((name) => caches.delete(name))).catch(unavailable);
}

/** Lets go of one page and what was said there: its reader may not see it any more. */
export async function dropPage(address: string): Promise<void> {
	if (!('caches' in globalThis)) return;
	const drop = async (name: string) => (await caches.open(name)).delete(address, { ignoreSearch: true });
	await Promise.all([PAGES, MESSAGES].map(drop)).catch(unavailable);
}

/** The rooms whose pages are on this device, the one that was loaded last first. */
export async function keptRooms(): Promise<string[]> {
	if (!('caches' in globalThis)) return [];
	try {
		const keys = await (await caches.open(PAGES)).keys();
		const names = keys
			.map(({ url }) => /^\/rooms\/([^/]+)$/.exec(new URL(url).pathname)?.[1])
			.filter((name) => name !== undefined);
		return [...new Set(names.reverse().map(decodeURIComponent))];
	} catch (error) {
		unavailable(error);
		return [];
	}
}

/** Whether there is a copy to show of what could not be loaded. */
export async function hasCopy(url: URL): Promise<boolean> {
	if (!('caches' in globalThis) || !container()?.controller) return false;
	try {
		return (await (await caches.open(PAGES)).match(url.origin + url.pathname, { ignoreSearch: true })) !== undefined;
	} catch (error) {
		unavailable(error);
		return false;
	}
}

function tell(word: Word) {
	container()
		?.ready.then(({ active }) => active?.postMessage(word))
		.catch(unavailable);
}
