/** Estimation: sixteen people whom nothing keeps from voting. */
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
