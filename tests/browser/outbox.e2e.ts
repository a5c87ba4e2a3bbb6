/** What is unsent outlives its tab, is sent once and in order, and belongs to one tab at a time. */
import type { BrowserContext, Page } from '@playwright/test';
import { expect, type Person, personOn, test } from './app.ts';

const room = (url: string) => `${url}/rooms/outbox`;
const numbers = Array.from({ length: 20 }, (_, index) => `number ${index + 1}`);
const stored = (count: number) => Array.from({ length: count }, () => 'stored');

/** A line to the server that can be cut, one way or both, while pages still load. */
async function line(where: Page | BrowserContext) {
	const state = { cut: false, deaf: false };
	await where.routeWebSocket('**/api/websocket', (socket) => {
		if (state.cut) return void socket.close({ code: 1013 });
		const server = socket.connectToServer();
		socket.onMessage((text) => !state.cut && server.send(text));
		server.onMessage((text) => !state.cut && !state.deaf && socket.send(text));
	});
	await where.route(/\/api\/(poll|events)/, (route) => (state.cut ? route.abort() : route.continue()));
	return state;
}

async function sayAll(person: Person, texts: string[]) {
	for (const text of texts) await person.say(text);
}

/** Items that the database holds. */
const kept = (page: Page) =>
	page.evaluate(
		() =>
			new Promise<number>((resolve) => {
				const opening = indexedDB.open('holdfast-outbox');
				opening.onsuccess = () => {
					const counting = opening.result.transaction('items').objectStore('items').count();
					counting.onsuccess = () => {
						opening.result.close();
						resolve(counting.result);
					};
				};
			}),
	);

const clientOf = (page: Page) => page.evaluate(() => JSON.parse(sessionStorage.getItem('holdfast.client') ?? '{}').client);

test('T-55: reloaded while messages are under way, and again with unsent ones: one copy each, in order', async ({
	enter,
	server,
}) => {
	const bob = await enter('outbox');
	const ann = await enter('outbox');
	const wire = await line(ann.page);
	await ann.page.reload();
	await expect(ann.badge()).toContainText('Live');
	const id = await clientOf(ann.page);

	// They arrive, and Ann never hears of it.
	wire.deaf = true;
	await sayAll(ann, numbers.slice(0, 5));
	await expect.poll(bob.texts).toEqual(numbers.slice(0, 5));
	expect(await ann.ticks()).not.toContain('stored');
	wire.deaf = false;
	await ann.page.reload();
	await expect.poll(ann.ticks).toEqual(stored(5));
	await expect.poll(ann.texts).toEqual(numbers.slice(0, 5));

	wire.cut = true;
	await ann.page.reload();
	await sayAll(ann, numbers.slice(5));
	await ann.page.reload();
	await expect.poll(ann.texts).toEqual(numbers);
	expect(await ann.ticks()).toContain('queued');
	wire.cut = false;
	await ann.page.reload();
	await expect.poll(ann.ticks, { timeout: 20_000 }).toEqual(stored(20));
	for (const person of [ann, bob]) await expect.poll(person.texts).toEqual(numbers);
	expect(await clientOf(ann.page)).toBe(id);
	expect(server.running).toBe(true);
});

for (const end of ['closed', 'crashed'] as const)
	test(`T-55: 20 unsent messages, offline, the tab is ${end}: a new tab sends them once, in order`, async ({ enter, server }) => {
		const ann = await enter('outbox');
		await expect(ann.badge()).toContainText('Live');
		await ann.offline(true);
		await sayAll(ann, numbers);
		await expect.poll(() => kept(ann.page)).toBe(20);
		const context = ann.page.context();
		if (end === 'closed') await ann.page.close();
		else {
			const crashed = ann.page.waitForEvent('crash');
			const devtools = await context.newCDPSession(ann.page);
			devtools.send('Page.crash').catch(() => {}); // It has no answer.
			await crashed;
			await ann.page.close();
		}
		await context.setOffline(false);
		const again = await personOn(await context.newPage(), room(server.url));
		await expect.poll(again.ticks, { timeout: 20_000 }).toEqual(stored(20));
		expect(await again.texts()).toEqual(numbers);
		await expect.poll(() => kept(again.page)).toBe(0);
		await again.page.reload();
		expect(await again.texts()).toEqual(numbers);
	});

test('T-55: a tab that is open already takes over what another one left', async ({ enter, server }) => {
	const ann = await enter('outbox');
	await expect(ann.badge()).toContainText('Live');
	const page = await ann.page.context().newPage();
	const wire = await line(page);
	wire.cut = true;
	const other = await personOn(page, room(server.url));
	await sayAll(other, numbers.slice(0, 3));
	await expect.poll(() => kept(page)).toBe(3);
	// The first tab learns of the second when it is looked at.
	await ann.page.bringToFront();
	await ann.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
	await ann.say('mine');
	await page.close();
	await expect.poll(ann.ticks, { timeout: 20_000 }).toEqual(stored(4));
	expect(await ann.texts()).toEqual(['mine', ...numbers.slice(0, 3)]);
});

test('T-56: a duplicated tab has an id of its own: no duel, both chat', async ({ enter }) => {
	const ann = await enter('outbox');
	await expect(ann.badge()).toContainText('Live');
	const opening = ann.page.waitForEvent('popup');
	await ann.page.evaluate(() => void window.open(location.href));
	const page = await opening;
	let sockets = 0;
	for (const each of [ann.page, page]) each.on('websocket', () => sockets++);
	const twin = await personOn(page, ann.page.url());
	await expect(twin.badge()).toContainText('Live');
	expect(await clientOf(page)).not.toBe(await clientOf(ann.page));
	await ann.say('from the one');
	await expect.poll(twin.texts).toEqual(['from the one']);
	await twin.say('from the other');
	for (const person of [ann, twin]) {
		await expect.poll(person.ticks).toEqual(stored(2));
		await expect(person.badge()).toContainText('Live');
	}
	expect(sockets).toBe(1);
});

test('IndexedDB is refused: the page says so, warns before it is left, and chats all the same', async ({ enter }) => {
	const ann = await enter('outbox');
	const { page } = ann;
	const notice = page.getByText('Unsent messages are kept in this tab only');
	await page.addInitScript(() => {
		IDBFactory.prototype.open = () => {
			throw new DOMException('not here', 'SecurityError');
		};
	});
	await page.reload();
	await expect(ann.badge()).toContainText('Live');
	await ann.say('one');
	await expect.poll(ann.ticks).toEqual(['stored']);
	await expect(notice).toBeHidden();

	await ann.offline(true);
	await ann.say('two');
	await expect(notice).toBeVisible();
	const asked = page.waitForEvent('dialog');
	page.close({ runBeforeUnload: true });
	const dialog = await asked;
	expect(dialog.type()).toBe('beforeunload');
	await dialog.dismiss();
	await ann.offline(false);
	await expect.poll(ann.ticks, { timeout: 20_000 }).toEqual(stored(2));
	await expect(notice).toBeHidden();
});

test('unsent messages that are kept: no notice, and nobody is asked whether to leave', async ({ enter }) => {
	const ann = await enter('outbox');
	await expect(ann.badge()).toContainText('Live');
	await ann.offline(true);
	await ann.say('one');
	await expect.poll(() => kept(ann.page)).toBe(1);
	await expect(ann.page.getByText('Unsent messages are kept in this tab only')).toBeHidden();
	const closed = ann.page.waitForEvent('close');
	await ann.page.close({ runBeforeUnload: true });
	await closed;
});

test('T-51: away and back through the history: the page itself comes back, as the same client, with what was said meanwhile', async ({
	enter,
	playwright,
	server,
}) => {
	const bob = await enter('outbox');
	const { executablePath, args = [] } = test.info().project.use.launchOptions ?? {};
	// Playwright switches the cache off, as its own pages may not stand in it.
	const options = { args, ignoreDefaultArgs: ['--disable-back-forward-cache'], ...(executablePath && { executablePath }) };
	const browser = await playwright.chromium.launch(options);
	try {
		const ann = await personOn(await browser.newPage(), room(server.url));
		await expect(ann.badge()).toContainText('Live');
		const id = await clientOf(ann.page);
		await ann.page.evaluate(() => document.body.setAttribute('data-mark', 'the same page'));
		await ann.page.goto(`${server.url}/healthz`);
		await bob.say('meanwhile');
		await expect.poll(bob.ticks).toEqual(['stored']);
		await ann.page.goBack({ waitUntil: 'commit' });
		await expect(ann.page.locator('body')).toHaveAttribute('data-mark', 'the same page');
		await expect.poll(ann.texts).toEqual(['meanwhile']);
		await ann.say('back');
		await expect.poll(bob.texts).toEqual(['meanwhile', 'back']);
		await expect.poll(ann.ticks).toEqual(['stored']);
		expect(await clientOf(ann.page)).toBe(id);
	} finally {
		await browser.close();
	}
});
