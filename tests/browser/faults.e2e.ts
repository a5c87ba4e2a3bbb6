/** The fault panel: in development a newcomer kills the server and sees the chat survive; in what is built there is none. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { startServer } from '../support/server.ts';
import { test as base, expect, personOn } from './app.ts';

/** `bun run dev` as it is, once for all tests of this file. */
const test = base.extend<object, { dev: string }>({
	dev: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names in this pattern
		async ({}, use) => {
			const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-dev-'));
			const entry = resolve(import.meta.dir, '../../scripts/dev.ts');
			const server = await startServer({ entry, dataDir, env: { NODE_ENV: 'development' }, startTimeoutMs: 60_000 });
			await use(server.url);
			await server.stop();
			await rm(dataDir, { recursive: true, force: true });
		},
		{ scope: 'worker', timeout: 90_000 },
	],
});

test('kill the server while somebody types -> the same page goes on, and all that was written is stored', async ({
	dev,
	browser,
}) => {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
	const ann = await personOn(await context.newPage(), `${dev}/rooms/survival`);
	const bob = await personOn(await (await browser.newContext()).newPage(), `${dev}/rooms/survival`);
	for (const person of [ann, bob]) {
		await expect(person.badge()).toContainText('Live', { timeout: 30_000 });
		await person.page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
	}
	await ann.say('before');
	await expect.poll(ann.ticks).toEqual(['stored']);

	await ann.page.getByRole('button', { name: 'Break it' }).click();
	await ann.page.getByRole('textbox', { name: 'Message' }).fill('half a sen');
	await ann.page.getByRole('button', { name: 'Kill the server' }).click();
	await expect(ann.badge()).toContainText('Reconnecting');
	await ann.page.getByRole('textbox', { name: 'Message' }).press('End');
	await ann.page.keyboard.type('tence');
	await ann.page.keyboard.press('Enter');
	await ann.page.getByRole('button', { name: 'Cut' }).click();
	const down = ann.page.getByText('The server is down: nothing can be changed until it is back.');
	await expect(down).toBeVisible();

	await expect.poll(ann.ticks, { timeout: 30_000 }).toEqual(['stored', 'stored']);
	for (const person of [ann, bob]) {
		await expect.poll(person.texts, { timeout: 30_000 }).toEqual(['before', 'half a sentence']);
		await expect(person.badge()).toContainText('Live');
		await expect(person.page.locator('body')).toHaveAttribute('data-same', 'yes');
	}
	await expect(ann.page.getByText('This page has outlived a server')).toBeVisible({ timeout: 10_000 });
	await expect(down).toBeHidden();
	for (const { page } of [ann, bob]) await page.context().close();
});

for (const width of [1280, 360])
	test(`the open panel at ${width} px: no accessibility findings, nothing covered, faults on and healed by keyboard`, async ({
		dev,
		browser,
	}) => {
		const context = await browser.newContext({ viewport: { width, height: 720 }, colorScheme: width > 999 ? 'light' : 'dark' });
		const ann = await personOn(await context.newPage(), `${dev}/rooms/panel`);
		const { page } = ann;
		await expect(ann.badge()).toContainText('Live', { timeout: 30_000 });
		await page.getByRole('button', { name: 'Break it' }).press('Enter');
		const blocked = page.getByRole('group', { name: 'Block WebSocket' }).getByRole('button', { name: 'Refuse it' });
		await blocked.press('Enter');
		await expect(blocked).toHaveAttribute('aria-pressed', 'true');
		await expect(page.getByText('Now: WebSocket is refused.')).toBeVisible();
		await ann.say(`over HTTP at ${width}`);
		await expect.poll(ann.ticks, { timeout: 20_000 }).toContain('stored');
		const { violations } = await new AxeBuilder({ page }).analyze();
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
		expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
		// Nothing lies over the field: a click reaches it.
		await page.getByRole('textbox', { name: 'Message' }).click();
		await page.getByRole('button', { name: 'Heal everything' }).press('Enter');
		await expect(page.getByText('Nothing is broken.')).toBeVisible();
		await context.close();
	});

base('what is built has no fault panel, and nothing answers at its address', async ({ server, page, request }) => {
	const words = ['Break it', 'Kill the server', '/api/faults', 'vite:ws:disconnect', 'startedAfter'];
	const found = await Array.fromAsync(new Bun.Glob('**/*.{js,mjs,css,html,json}').scan('build'), async (path) => {
		const text = await Bun.file(`build/${path}`).text();
		return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`);
	});
	expect(found.length).toBeGreaterThan(10);
	expect(found.flat()).toEqual([]);
	for (const method of ['get', 'post'] as const)
		expect((await request[method](`${server.url}/api/faults`, { headers: { origin: server.url } })).status()).toBe(404);
	await page.goto(`${server.url}/rooms/lobby`);
	await expect(page.locator('[data-icon]').first()).toContainText('Live');
	await expect(page.getByRole('button', { name: 'Break it' })).toHaveCount(0);
});
