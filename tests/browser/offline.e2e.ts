/** Offline use: what a reload without a network shows, whose it is, and that a first visit is enough for it. */
import type { BrowserContext, Page } from '@playwright/test';
import { expect, personOn, test } from './app.ts';

/** Somebody whose browser runs the service worker, at a page that it has a copy of. */
async function arrive(context: BrowserContext, url: string) {
	const person = await personOn(await context.newPage(), url);
	await expect(person.badge()).toContainText('Live');
	await kept(person.page, new URL(url).pathname);
	return person;
}

/** Waits until the worker runs and holds a copy of the page at `path`. */
const kept = (page: Page, path: string) => expect.poll(() => copies(page)).toContain(path);

const copies = (page: Page) =>
	page.evaluate(async () => {
		const keys = await (await caches.open('holdfast-pages')).keys();
		return keys.map(({ url }) => new URL(url).pathname);
	});

/** What is written down of a room, as the page has seen it. */
const written = (page: Page, room: string) =>
	page.evaluate(async (path) => {
		const found = await (await caches.open('holdfast-messages')).match(path);
		return found ? found.text() : '';
	}, `/rooms/${room}`);

test.use({ serviceWorkers: 'allow' });

test('a room reached by a link, the network and the server go, a reload: its messages, both unsent ones, "Offline"; back: sent once', async ({
	server,
	browser,
}) => {
	const context = await browser.newContext();
	const page = await context.newPage();
	await page.goto(server.url);
	await page.getByRole('link', { name: 'Open the lobby' }).click();
	await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
	const ann = await personOn(page, `${server.url}/rooms/lobby`);
	await expect(ann.badge()).toContainText('Live');
	// Said after the page was loaded, so that it is in no copy of the page.
	await ann.say('stored');
	await expect.poll(ann.ticks).toEqual(['stored']);
	await kept(page, '/rooms/lobby');
	await expect.poll(() => written(page, 'lobby')).toContain('stored');

	await ann.offline(true);
	await server.kill9();
	await ann.say('first');
	await ann.say('second');
	await expect.poll(ann.texts).toEqual(['stored', 'first', 'second']);
	await page.reload();
	await expect.poll(ann.texts).toEqual(['stored', 'first', 'second']);
	await expect.poll(ann.ticks).toEqual(['stored', 'queued', 'queued']);
	await expect(ann.badge()).toContainText('Offline');
	await ann.say('third');
	await expect.poll(ann.ticks).toEqual(['stored', 'queued', 'queued', 'queued']);

	// A room that was never opened: a page that says so, and leads to what there is.
	await page.goto(`${server.url}/rooms/never`);
	await expect(page.getByRole('heading', { name: 'This page is not on this device yet' })).toBeVisible();
	await expect(ann.badge()).toContainText('Offline');
	await page.getByRole('link', { name: 'lobby' }).click();
	await expect.poll(ann.texts).toEqual(['stored', 'first', 'second', 'third']);

	await server.restart();
	await ann.offline(false);
	await expect(ann.badge()).toContainText('Live', { timeout: 20_000 });
	await expect.poll(ann.ticks, { timeout: 20_000 }).toEqual(['stored', 'stored', 'stored', 'stored']);
	await page.reload();
	expect(await ann.texts()).toEqual(['stored', 'first', 'second', 'third']);
	await context.close();
});

test('the server is gone and its proxy says so: the copy; somebody else signs in: no copy is left; a room that refuses: neither', async ({
	server,
	browser,
}) => {
	const context = await browser.newContext();
	const ann = await arrive(context, `${server.url}/rooms/lobby`);
	await ann.say('stored');
	await expect.poll(() => written(ann.page, 'lobby')).toContain('stored');
	await context.route('**/rooms/**', (route) => route.fulfill({ status: 502, body: 'Bad Gateway' }));
	await ann.page.reload();
	await expect.poll(ann.texts).toEqual(['stored']);
	await context.unroute('**/rooms/**');

	await ann.page.goto(`${server.url}/rooms/second`);
	await kept(ann.page, '/rooms/second');
	expect(await copies(ann.page)).toContain('/rooms/lobby');
	// A page that is not there any more for its reader.
	await context.route('**/rooms/second', (route) => route.fulfill({ status: 404, body: 'gone' }));
	await ann.page.goto(`${server.url}/rooms/second`);
	await expect.poll(() => copies(ann.page)).not.toContain('/rooms/second');

	await context.clearCookies();
	await ann.page.goto(`${server.url}/rooms/third`);
	await expect.poll(() => copies(ann.page)).toEqual(['/rooms/third']);
	expect(await written(ann.page, 'lobby')).toBe('');
	// What only the server may answer is in no cache at all.
	await ann.page.goto(`${server.url}/status`);
	const all = await ann.page.evaluate(async () => {
		const names = await caches.keys();
		const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
		return keys.flat().map(({ url }) => new URL(url).pathname);
	});
	expect(all.filter((path) => /^\/(?:api|status|invite|metrics)/.test(path))).toEqual([]);
	await context.close();
});
