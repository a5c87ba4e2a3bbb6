/** The status page as an operator uses it: signing in, figures that move, windows, the table of connections, and a server that goes away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { startServer } from '../support/server.ts';
import { expect, test as plain } from './app.ts';

const ADMIN_TOKEN = 'the-token-of-these-tests-and-of-nothing-else';

const test = plain.extend({
	server: async ({ browserName }, use) => {
		const dataDir = await mkdtemp(join(tmpdir(), `holdfast-status-${browserName}-`));
		const server = await startServer({ dataDir, env: { ADMIN_TOKEN } });
		await use(server);
		await server.close();
		await rm(dataDir, { recursive: true, force: true });
	},
});

const freshness = (page: Page) => page.locator('p[data-freshness]');
const figure = (page: Page, path: string) => page.locator(`[data-metric="${path}"]`).first();
const numberAt = async (page: Page, path: string) => Number(await figure(page, path).getAttribute('data-value'));

async function signIn(page: Page, url: string) {
	await page.goto(`${url}/status`);
	await page.getByLabel(/^Token/).fill(ADMIN_TOKEN);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(freshness(page)).toHaveAttribute('data-freshness', 'live');
}

test('a wrong token -> told so, and let in by the right one; signed out -> the form again', async ({ page, server }) => {
	await page.goto(`${server.url}/status`);
	await page.getByLabel(/^Token/).fill('not this one');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('alert').filter({ hasText: 'ADMIN_TOKEN' })).toBeVisible();
	await expect(page.getByText('Everything works')).toHaveCount(0);
	await page.getByLabel(/^Token/).fill(ADMIN_TOKEN);
	await page.keyboard.press('Enter');
	await expect(page.getByText('Everything works')).toBeVisible();
	await expect(freshness(page)).toHaveAttribute('data-freshness', 'live');
	await page.reload();
	await expect(freshness(page)).toHaveAttribute('data-freshness', 'live');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByLabel(/^Token/)).toBeVisible();
});

plain('no token is configured -> the page says what to set, and shows nothing', async ({ page, server }) => {
	await page.goto(`${server.url}/status`);
	await expect(page.getByText('ADMIN_TOKEN=$(openssl rand -hex 32)')).toBeVisible();
	await expect(page.locator('[data-metric]')).toHaveCount(0);
});

test('people come and speak -> figures and charts move; every figure of the metrics is on the page', async ({
	page,
	server,
	enter,
}) => {
	await signIn(page, server.url);
	expect(await numberAt(page, 'connections.now')).toBe(1);
	const ann = await enter('harbour');
	await ann.say('one');
	await expect.poll(ann.ticks).toEqual(['stored']);
	await expect(figure(page, 'connections.now')).toHaveAttribute('data-value', '2');
	await expect(figure(page, 'messages.received')).toHaveAttribute('data-value', '1');
	await expect(page.locator('figure canvas')).toHaveCount(6);
	await expect(page.getByRole('figure', { name: 'Connections', exact: true })).toHaveAccessibleDescription(
		/All: now 2, lowest \d, highest 2/,
	);
	await page.getByText('Values of Connections as a table').click();
	await expect(page.getByRole('region', { name: 'Values of Connections' }).locator('tbody tr').first()).toContainText('2');
	const answer: object = await (await page.request.get(`${server.url}/api/websocket/metrics`)).json();
	const leaves = (value: unknown, path: string): string[] =>
		typeof value === 'object' && value !== null
			? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
			: [path];
	const shown = await page.locator('[data-metric]').evaluateAll((found) => found.map((one) => one.getAttribute('data-metric')));
	expect(leaves(answer, '').filter((path) => !shown.includes(path))).toEqual([]);
});

test('another window -> other charts, in the address, there again after a reload; paused -> nothing moves', async ({
	page,
	server,
	enter,
}) => {
	await signIn(page, server.url);
	await page.getByRole('radio', { name: '5 min' }).focus();
	await page.keyboard.press('ArrowRight');
	await expect(page).toHaveURL(/\?window=1h$/);
	await expect(page.locator('#chart-connections-told')).toContainText(/In the last hour|Nothing was measured in the last hour/);
	await page.reload();
	await expect(page.getByRole('radio', { name: '1 h', exact: true })).toBeChecked();
	await expect(freshness(page)).toHaveAttribute('data-freshness', 'live');
	await page.getByRole('button', { name: 'Pause' }).click();
	await expect(freshness(page)).toContainText('Paused at');
	const ann = await enter('harbour');
	await ann.say('unseen');
	await expect.poll(ann.ticks).toEqual(['stored']);
	expect(await numberAt(page, 'messages.received')).toBe(0);
	await page.getByRole('button', { name: 'Resume' }).click();
	await expect(figure(page, 'messages.received')).toHaveAttribute('data-value', '1');
});

test('connections: searched, sorted, and one of them ended, whose client comes back by itself', async ({
	page,
	server,
	enter,
}) => {
	await signIn(page, server.url);
	const ann = await enter('harbour');
	await enter('lighthouse');
	const table = page.getByRole('region', { name: 'Connections', exact: true }).getByRole('table');
	const rows = table.locator('tbody tr');
	await expect(rows).toHaveCount(3);
	await expect(table.getByRole('columnheader', { name: 'Age' })).toHaveAttribute('aria-sort', 'descending');
	await table.getByRole('button', { name: 'Rooms' }).click();
	await table.getByRole('button', { name: 'Rooms' }).click();
	await expect(table.getByRole('columnheader', { name: 'Rooms' })).toHaveAttribute('aria-sort', 'ascending');
	await page.getByRole('searchbox', { name: 'Search connections' }).fill('harbour');
	await expect(rows).toHaveCount(1);
	await expect(page.getByText('1 of 3 match')).toBeVisible();
	const id = (await rows.first().getAttribute('data-connection')) ?? '';
	await rows.getByRole('button', { name: /^End/ }).click();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toBeHidden();
	await rows.getByRole('button', { name: /^End/ }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
	await expect(page.getByRole('dialog')).toBeHidden();
	await expect(page.locator(`[data-connection="${id}"]`)).toHaveCount(0);
	await ann.say('still here');
	await expect.poll(ann.ticks).toEqual(['stored']);
	await expect(rows).toHaveCount(1);
	await page.getByRole('searchbox', { name: 'Search connections' }).fill('nowhere at all');
	await expect(page.getByText('No connection matches.')).toBeVisible();
});

test('the server is killed -> stale since then, and never green; it is back -> live, with what is known from before', async ({
	page,
	server,
}) => {
	await signIn(page, server.url);
	await expect(page.locator('[data-level=ok]')).toBeVisible();
	await server.kill9();
	await expect(freshness(page)).toContainText(/Stale since \d\d:\d\d:\d\d/);
	await expect(page.locator('[data-level=stale]')).toContainText('No news from the server');
	await expect(page.locator('[data-level=ok]')).toHaveCount(0);
	// Whoever presses buttons meanwhile is told nothing new either.
	const levels = await page.evaluateHandle(() => {
		const seen = new Set<string>();
		const look = () => seen.add(document.querySelector('[data-level]')?.getAttribute('data-level') ?? '');
		new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, childList: true });
		return seen;
	});
	await page.getByText('1 h', { exact: true }).click();
	await page.getByRole('button', { name: 'Pause' }).click();
	await page.getByRole('button', { name: 'Resume' }).click();
	await expect(page.locator('[data-level=paused]')).toContainText('Catching up');
	await expect(page.locator('[data-level=stale]')).toBeVisible();
	expect((await levels.evaluate((seen) => [...seen])).sort()).toEqual(['paused', 'stale']);
	await page.getByText('5 min', { exact: true }).click();
	await server.restart();
	await expect(freshness(page)).toHaveAttribute('data-freshness', 'live', { timeout: 30_000 });
	await expect(page.getByText('The server started at')).toBeVisible();
	await expect(page.locator('[data-level=stale]')).toHaveCount(0);
	await expect(page.getByText('can’t be reached')).toHaveCount(0);
});

test('without JavaScript the figures are there, the windows too', async ({ browser, page, server }) => {
	await signIn(page, server.url);
	const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
	const still = await context.newPage();
	await still.goto(`${server.url}/status?window=24h`);
	await expect(figure(still, 'connections.now')).toHaveAttribute('data-value', '1');
	await expect(freshness(still)).toContainText('As of');
	await expect(still.getByRole('radio', { name: '24 h' })).toBeChecked();
	await context.close();
});

for (const { colorScheme, viewport } of [
	{ colorScheme: 'light', viewport: { width: 1280, height: 800 } },
	{ colorScheme: 'dark', viewport: { width: 360, height: 720 } },
] as const)
	test(`the status page has no accessibility findings and no sideways scrolling, ${colorScheme}, ${viewport.width} px`, async ({
		browser,
		server,
		enter,
	}) => {
		await enter('harbour');
		const context = await browser.newContext({ colorScheme, viewport });
		const page = await context.newPage();
		const wrong = async () => {
			const { violations } = await new AxeBuilder({ page }).analyze();
			const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			return [...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`), ...(wide > 0 ? [`${wide} px too wide`] : [])];
		};
		await page.goto(`${server.url}/status`);
		expect(await wrong()).toEqual([]);
		await signIn(page, server.url);
		await expect(page.locator('figure canvas')).toHaveCount(6);
		await page.getByText('All figures').click();
		await page.getByText('Values of Latency as a table').click();
		expect(await wrong()).toEqual([]);
		// Nothing that is hidden from sight in a table that scrolls makes the page longer than what it shows. Both at one moment: it is live.
		const beyond = await page.locator('main').evaluate((main) => {
			const end = Math.ceil(main.getBoundingClientRect().bottom + scrollY);
			return document.documentElement.scrollHeight - end;
		});
		expect(beyond).toBeLessThanOrEqual(0);
		await server.kill9();
		await expect(freshness(page)).toContainText('Stale since');
		expect(await wrong()).toEqual([]);
		await context.close();
	});
