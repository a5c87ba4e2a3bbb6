/** What the product is for: words survive whatever happens to the connection. */
import { expect, test } from './app.ts';

test('two people chat: each sees the other, in one order, with filled ticks', async ({ enter }) => {
	const ann = await enter('survival');
	const bob = await enter('survival');
	await expect(ann.badge()).toContainText('Live');
	await expect(bob.badge()).toContainText('Live');
	await ann.say('Ahoy');
	await expect.poll(bob.texts).toEqual(['Ahoy']);
	await bob.say('Ahoy back');
	await ann.say('All well?');
	for (const person of [ann, bob]) await expect.poll(person.texts).toEqual(['Ahoy', 'Ahoy back', 'All well?']);
	await expect.poll(ann.ticks).toEqual(['stored', 'stored']);
});

test('one goes offline and types, the server gets kill -9 and comes back: both end with the same list, no duplicate', async ({
	enter,
	server,
}) => {
	const ann = await enter('survival');
	const bob = await enter('survival');
	await ann.say('before');
	await expect.poll(bob.texts).toEqual(['before']);

	await ann.offline(true);
	await expect(ann.badge()).toContainText(/Offline|Live/);
	await ann.say('offline 1');
	await ann.say('offline 2');
	await bob.say('meanwhile');
	await expect.poll(bob.ticks).toEqual(['stored']);
	expect(await ann.texts()).toEqual(['before', 'offline 1', 'offline 2']);
	expect((await ann.ticks()).slice(1)).not.toContain('stored');

	await server.kill9();
	await bob.say('into the void');
	await expect(bob.badge()).toContainText('Reconnecting');
	expect(await bob.ticks()).not.toEqual(['stored', 'stored']);
	await server.restart();
	await ann.offline(false);

	const all = ['before', 'into the void', 'meanwhile', 'offline 1', 'offline 2'];
	for (const person of [ann, bob]) {
		await expect(person.badge()).toContainText('Live', { timeout: 20_000 });
		await expect.poll(async () => (await person.texts()).toSorted(), { timeout: 20_000 }).toEqual(all);
	}
	await expect.poll(ann.ticks).toEqual(['stored', 'stored', 'stored']);
	await expect.poll(bob.ticks).toEqual(['stored', 'stored']);
	expect(await ann.texts()).toEqual(await bob.texts());
	expect((await ann.texts()).indexOf('offline 1')).toBeLessThan((await ann.texts()).indexOf('offline 2'));
	// The log says so too: a page that is rendered anew has the same list.
	await ann.page.reload();
	await expect.poll(ann.texts).toEqual(await bob.texts());
});

test('a message is never lost between the rendered page and the live room', async ({ enter, browser, server }) => {
	const ann = await enter('rendered');
	await ann.say('one');
	await expect.poll(ann.ticks).toEqual(['stored']);
	const context = await browser.newContext();
	const page = await context.newPage();
	// The page is rendered before `two` and gets to its scripts after it.
	let stored: Promise<void> | undefined;
	await page.route('**/_app/**/*.js', async (route) => {
		stored ??= ann.say('two').then(() => expect.poll(ann.ticks).toEqual(['stored', 'stored']));
		await stored;
		await route.continue();
	});
	await page.goto(`${server.url}/rooms/rendered`);
	await expect.poll(() => page.getByRole('log').locator('p[dir=auto]').allTextContents()).toEqual(['one', 'two']);
	await context.close();
});

test('the server stays away: countdown, retry now, and back online', async ({ enter, server }) => {
	const ann = await enter('waiting');
	await expect(ann.badge()).toContainText('Live');
	await server.kill9();
	await expect(ann.badge()).toContainText('Reconnecting');
	const retry = ann.page.getByRole('button', { name: 'Retry now' }).first();
	await expect(ann.page.getByText(/Can’t reach the server/).first()).toBeVisible({ timeout: 15_000 });
	await ann.say('kept');
	await expect.poll(ann.ticks).toEqual(['queued']);
	await server.restart();
	await retry.click();
	await expect(ann.page.getByText('Back online').first()).toBeVisible({ timeout: 15_000 });
	await expect(ann.badge()).toContainText('Live');
	await expect.poll(ann.ticks).toEqual(['stored']);
	await expect(ann.page.getByText('Back online').first()).toBeHidden();
});
