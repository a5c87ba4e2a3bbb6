/** The first minute of somebody new on a slow machine: how much is loaded, how little is clicked, and that nothing jumps. */
import type { Page } from '@playwright/test';
import { weighPage, weighPart } from '../../scripts/page-weight.ts';
import { expect, personOn, test } from './app.ts';

/** Bytes, gzip. The goal is 120 kB (docs/BENCHMARKS.md); this is what keeps it from growing away from there. */
const MOST_SCRIPT = 124_000;
/** What a person would not see: under a hundredth of the window times the distance. */
const MOST_SHIFT = 0.01;

/** Begins to note each shift of the layout that no input has caused, with what it was that moved. */
async function watchShifts(page: Page) {
	await page.addInitScript(() => {
		const shifts: string[] = [];
		let total = 0;
		Object.assign(window, { shifted: () => ({ total, shifts }) });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) {
				const { value, hadRecentInput, sources } = Object.assign({ value: 0, hadRecentInput: false, sources: [] }, entry);
				if (hadRecentInput) continue;
				total += value;
				const nodes = [...sources].map(({ node }: { node?: Element | null }) => node?.className || node?.nodeName || '?');
				shifts.push(`${value.toFixed(4)} ${nodes.join(' | ')}`);
			}
		}).observe({ type: 'layout-shift', buffered: true });
	});
	return () => page.evaluate<{ total: number; shifts: string[] }>('shifted()');
}

test('the scripts of a room weigh no more than they may, and a browser loads no others but those of the way home and the facts behind the badge', async ({
	page,
	server,
}) => {
	const { total, scripts } = await weighPage('rooms/[room]');
	const loaded = new Set<string>();
	page.on('request', (request) => {
		if (request.resourceType() === 'script' || request.url().endsWith('.js')) loaded.add(new URL(request.url()).pathname);
	});
	const ann = await personOn(page, `${server.url}/rooms/lobby`);
	await expect(ann.badge()).toContainText('Live');
	console.log(`scripts of a room: ${(total / 1_000).toFixed(1)} kB gzip in ${scripts.length} files`);
	const counted = scripts.map(({ path }) => path);
	const home = (await weighPage('')).scripts.map(({ path }) => path);
	expect(counted.filter((path) => !loaded.has(path))).toEqual([]);
	// These are loaded once the page is alive and the browser has nothing else to do.
	const facts = (await weighPart('src/lib/components/ConnectionFacts.svelte')).scripts.map(({ path }) => path);
	const expected = new Set([...counted, ...home, ...facts]);
	expect([...loaded].filter((path) => !expected.has(path))).toEqual([]);
	expect(total).toBeLessThanOrEqual(MOST_SCRIPT);
});

test('at a quarter of the speed: from the first page to a stored message in two clicks; nothing moves, whatever comes, goes or is told', async ({
	page,
	server,
	enter,
}) => {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
	const shifted = await watchShifts(page);
	let clicks = 0;
	const click = async (at: ReturnType<Page['locator']>) => {
		clicks++;
		await at.click();
	};
	await page.goto(server.url);
	await click(page.getByRole('link', { name: 'Open the lobby' }));
	const field = page.getByRole('textbox', { name: 'Message' });
	await field.waitFor();
	if (!(await field.evaluate((element) => element === document.activeElement))) await click(field);
	await page.keyboard.type('Hello');
	await page.keyboard.press('Enter');
	await expect(page.locator('[data-tick=stored]')).toHaveCount(1);
	expect(clicks).toBeLessThanOrEqual(2);

	// The page loaded whole this time: while it connects, as messages come, and as the banner comes and goes.
	await page.reload();
	const ann = await personOn(page, page.url());
	await expect(ann.badge()).toContainText('Live');
	const bob = await enter('lobby');
	for (const text of ['one', 'two', 'three']) await bob.say(text);
	await expect.poll(ann.texts).toEqual(['Hello', 'one', 'two', 'three']);
	await server.kill9();
	await ann.offline(true);
	await expect(ann.badge()).toContainText('Offline');
	await server.restart();
	await ann.offline(false);
	await expect(ann.badge()).toContainText('Live', { timeout: 15_000 });
	const { total, shifts } = await shifted();
	console.log(`layout shift: ${total.toFixed(4)}`);
	expect(total, shifts.join('\n')).toBeLessThanOrEqual(MOST_SHIFT);
});
