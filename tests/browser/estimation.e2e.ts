/** Estimation: sixteen people whom nothing keeps from voting, and one round from the first card to its line in a table. */
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { systemClock } from '../../src/lib/clock.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { expect, test } from './app.ts';
import { cardOn, inBrowser, inScript, type Voter } from './estimation-people.ts';

const PEOPLE = 16;
/** A card of each person's own, that is found in a haystack. */
const cardOf = (index: number) => `Vq${index}zX${index * 7919}`;
const cards = Array.from({ length: PEOPLE }, (_, index) => cardOf(index));
const ROOM = 'sixteen';

/** The cards in a text, but for those that list the deck: whatever is left is somebody's vote. */
function votesIn(text: string): string[] {
	// As JSON, as JSON within a string, and as a page carries what it was rendered from.
	const rest = text.replaceAll(/(deck|cards)\\?"?:\[[^\]]*\]/g, '');
	return cards.filter((value) => rest.includes(value));
}

async function dealOwn(page: Page, text: string) {
	await page.getByRole('button', { name: 'Cards', exact: true }).click();
	await page.getByText('Your own').click();
	await page.getByLabel('Cards, with commas between them').fill(text);
	await page.getByRole('button', { name: 'Use these cards' }).click();
}

test('16 people vote through two kill -9, a reload, a network without WebSocket and a frozen tab -> all 16 votes are on the table, and nobody was sent one before', async ({
	browser,
	server,
}) => {
	const target = { hostname: '127.0.0.1', port: server.port };
	const proxy = createFaultProxy({ target, random: createRandom(16), clock: systemClock });
	proxy.blockUpgrades('refuse');
	const leader = await inBrowser(browser, server.url, ROOM);
	const people: Voter[] = [leader];
	try {
		await expect(leader.page.getByText('You lead', { exact: true })).toBeVisible();
		await dealOwn(leader.page, cards.join(', '));
		await expect(cardOn(leader.page, cardOf(1))).toBeVisible();
		const blocked = await inBrowser(browser, `http://127.0.0.1:${proxy.port}`, ROOM);
		const [reloaded, frozen] = await Promise.all([1, 2].map(() => inBrowser(browser, server.url, ROOM)));
		if (!reloaded || !frozen) throw new Error('too few people');
		people.push(blocked, reloaded, frozen);
		const scripts = Array.from({ length: PEOPLE - people.length }, (_, index) => inScript(server.url, ROOM, `Script ${index}`));
		people.push(...(await Promise.all(scripts)));
		const vote = (from: number, to: number) =>
			Promise.all(people.slice(from, to).map((person, index) => person.vote(cardOf(from + index))));

		await vote(0, 2);
		await vote(3, 7);
		const devtools = await frozen.page.context().newCDPSession(frozen.page);
		await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
		await server.kill9();
		await vote(2, 3);
		await vote(7, 11);
		await server.restart();
		await expect(leader.page.locator('[data-progress]')).toContainText(/^(9|1[0-6]) of|^Everybody/, { timeout: 20_000 });
		await reloaded.page.reload();
		await expect(cardOn(reloaded.page, cardOf(2))).toHaveAttribute('aria-checked', 'true');
		await server.kill9();
		await vote(11, 16);
		await server.restart();
		await devtools.send('Page.setWebLifecycleState', { state: 'active' });

		for (const { page } of [leader, blocked, reloaded, frozen])
			await expect(page.locator('[data-progress]')).toHaveText('Everybody has voted (16)', { timeout: 30_000 });
		await expect(cardOn(reloaded.page, cardOf(2))).toHaveAttribute('aria-checked', 'true');
		for (const { received } of people) expect(votesIn(received())).toEqual([]);

		await leader.page.getByRole('button', { name: 'Reveal', exact: true }).click();
		for (const { shown, received } of people) {
			await expect.poll(async () => (await shown()).toSorted(), { timeout: 20_000 }).toEqual(cards.toSorted());
			// What would have been found before is found now, whichever way it came.
			await expect.poll(() => votesIn(received())).toEqual(cards);
		}
	} finally {
		await Promise.all(people.map(({ close }) => close()));
		proxy.close();
	}
});

test('by keyboard alone: a card, another one, none, the reveal, the next round; the rounds so far, and a table of them to keep', async ({
	enter,
}) => {
	const { page } = await enter('keyboard?view=estimate');
	await page.setViewportSize({ width: 390, height: 844 });
	const accessible = async () => {
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			const axe = new AxeBuilder({ page });
			// Of all that it looks for, a theme changes the colours.
			const { violations } = await (colorScheme === 'light' ? axe : axe.withRules('color-contrast')).analyze();
			expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
		}
		expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
	};
	const chosen = () =>
		page.getByRole('radio', { checked: true }).evaluateAll((all) => all.map((one) => one.getAttribute('data-card')));

	await page.getByRole('button', { name: 'Edit the topic' }).press('Enter');
	await page.keyboard.type('Login, with "passkeys"');
	await page.keyboard.press('Enter');
	await expect(page.getByText('Login, with "passkeys"').first()).toBeVisible();
	await expect(page.getByRole('button', { name: 'Edit the topic' })).toBeFocused();
	await cardOn(page, '0').focus();
	await page.keyboard.type('13');
	await expect(cardOn(page, '13')).toBeFocused();
	await page.keyboard.press('Enter');
	await expect.poll(chosen).toEqual(['13']);
	await page.keyboard.press('ArrowLeft');
	await page.keyboard.press('Enter');
	await expect.poll(chosen).toEqual(['8']);
	await page.keyboard.press('Space');
	await expect.poll(chosen).toEqual([]);
	await expect(page.locator('[data-progress]')).toHaveText('Nobody has voted yet');
	await page.keyboard.press('Enter');
	await expect(page.getByText('Your card lies on the table, face down.')).toBeVisible();
	await accessible();
	await page.reload();
	await expect.poll(chosen).toEqual(['8']);

	await page.getByRole('button', { name: 'Reveal', exact: true }).press('Enter');
	await expect(page.locator('[data-stack="8"]')).toContainText('1 vote');
	await accessible();
	await expect(page.locator('[data-results]')).toBeFocused();
	await page.getByLabel('Topic of the next round').fill('Logout');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'Round 2' })).toBeVisible();
	await expect.poll(chosen).toEqual([]);

	await expect(cardOn(page, '0')).toBeFocused();

	await page.getByRole('button', { name: 'Rounds' }).press('Enter');
	await expect(page.getByRole('dialog')).toContainText('Login, with "passkeys"');
	await accessible();
	const saving = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Save as CSV' }).press('Enter');
	const table = await readFile(await (await saving).path(), 'utf8');
	expect(table).toMatch(/1,"Login, with ""passkeys""",.*,8\r\n/);
	await page.getByRole('button', { name: 'Close' }).press('Enter');
	await expect(page.getByRole('button', { name: 'Rounds' })).toBeFocused();
});
