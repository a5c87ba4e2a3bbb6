/** T-80: every figure on the status page is what happened in an hour that went by script. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Page, test } from '@playwright/test';
import * as v from 'valibot';
import { metrics } from '../../src/lib/protocol/status.ts';
import { scriptedHour } from '../support/scripted-hour.ts';
import { type ServerProcess, startServer } from '../support/server.ts';
import { expect } from './app.ts';

let server: ServerProcess;
let dataDir: string;
test.beforeAll(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'holdfast-hour-'));
	server = await startServer({
		dataDir,
		entry: resolve(import.meta.dirname, '../support/scripted-hour-server.ts'),
		startTimeoutMs: 30_000,
	});
});
test.afterAll(async () => {
	await server.close();
	await rm(dataDir, { recursive: true, force: true });
});

/** The page's word for each figure, by dot path. */
async function shown(page: Page): Promise<Map<string, string>> {
	const found = await page
		.locator('[data-metric]')
		.evaluateAll((all) => all.map((one) => [one.getAttribute('data-metric') ?? '', one.getAttribute('data-value') ?? '']));
	const figures = new Map<string, string>();
	for (const [path = '', value = ''] of found) {
		// A figure that is shown in two places is the same in both.
		expect(figures.get(path) ?? value, path).toBe(value);
		figures.set(path, value);
	}
	return figures;
}

/** Each leaf of the script, by dot path. */
const leaves = (value: unknown, path: string): [string, string][] =>
	typeof value === 'object' && value !== null
		? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
		: [[path, String(value)]];
const expected = (changed: Record<string, unknown> = {}) =>
	new Map([
		...Object.entries(scriptedHour).flatMap(([path, value]) => leaves(value, path)),
		...Object.entries(changed).map(([path, value]): [string, string] => [path, String(value)]),
	]);

test('T-80 the page as the server renders it -> every figure is the script’s', async ({ browser }) => {
	const page = await browser.newPage({ javaScriptEnabled: false });
	await page.goto(`${server.url}/status?window=1h`);
	const figures = await shown(page);
	for (const [path, value] of expected()) expect(figures.get(path), path).toBe(value);
	// And no cause, class or kind beside them.
	const prefix = /^(errors\.by|closes\.byCause)/;
	expect([...figures.keys()].filter((path) => prefix.test(path)).sort()).toEqual(
		[...expected().keys()].filter((path) => prefix.test(path)).sort(),
	);
	await page.close();
});

test('T-80 the page that is live -> the same figures, and whoever looks at it', async ({ page }) => {
	await page.goto(`${server.url}/status`);
	const connections = async () => v.parse(metrics, await (await fetch(`${server.url}/api/websocket/metrics`)).json()).connections;
	await expect.poll(async () => (await connections()).rooms, 'it follows the room').toBe(43);
	process.kill(server.pid, 'SIGUSR2');
	const one = expected({
		'connections.now': 172,
		'connections.total': 201,
		'connections.byTransport.websocket': 170,
		'connections.users': 171,
		'connections.sessions': 176,
		'connections.rooms': 43,
		'transports.websocket.clients': 170,
		'transports.websocket.attempts': 207,
		'transports.websocket.successes': 195,
		'transports.websocket.successRate': 195 / 207,
		fallbackShare: 6 / 176,
	});
	await expect(page.locator('[data-metric="connections.now"]').first()).toHaveAttribute('data-value', '172');
	const figures = await shown(page);
	for (const [path, value] of one) expect(figures.get(path), path).toBe(value);
});
