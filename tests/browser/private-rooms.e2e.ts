/** A private room as people use it: made, invited to by a link, spoken in, and closed to somebody who is in it. */
import { expect, expectUsable, personOn, test } from './app.ts';

test('Ann makes a private room and copies the link -> Bob joins and speaks -> she takes him out, and his page says so', async ({
	browser,
	server,
}) => {
	const context = await browser.newContext({ locale: 'en-GB' });
	const page = await context.newPage();
	await page.goto(server.url);
	await page.getByRole('button', { name: 'New private room' }).click();
	await page.getByLabel('What it is called').fill('Sprint 7 & <b>friends</b>');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'Sprint 7 & <b>friends</b>' }).first()).toBeVisible();
	await expect(page).toHaveTitle(/Sprint 7 & <b>friends<\/b>/);
	await page.getByRole('button', { name: 'Invite people' }).click();
	await page.getByRole('button', { name: 'Make a link' }).click();
	const link = await page.getByLabel('The new link').inputValue();
	expect(link).toMatch(new RegExp(`^${server.url}/invite/[\\w-]{32}$`));
	await expectUsable(page);
	await page.getByRole('button', { name: 'Close' }).click();
	// Shown this once.
	await page.getByRole('button', { name: 'Invite people' }).click();
	await expect(page.getByRole('button', { name: /^Take back the link/ })).toBeVisible();
	await expect(page.getByLabel('The new link')).toHaveCount(0);

	const his = await browser.newContext({ locale: 'en-GB', viewport: { width: 360, height: 720 } });
	const bob = await his.newPage();
	const answer = await bob.goto(link);
	expect(answer?.headers()).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' });
	await expect(bob.getByRole('heading', { name: 'Sprint 7 & <b>friends</b>' })).toBeVisible();
	await expectUsable(bob);
	await bob.getByRole('button', { name: 'Join' }).click();
	await expect(bob).toHaveURL(/\/rooms\/private-[\w-]{22}$/);
	const inside = await personOn(bob, bob.url());
	await inside.say('Thank you for having me');
	await expect(page.getByRole('log')).toContainText('Thank you for having me');

	await page.getByRole('button', { name: 'Close' }).click();
	await page.getByRole('button', { name: 'Invite people' }).click();
	await page.getByRole('button', { name: /^Remove / }).click();
	await expectUsable(page);
	await page.getByRole('button', { name: 'Remove', exact: true }).click();
	await expect(bob.getByText('not open to you any more')).toBeVisible();
	await expectUsable(bob);
	await expect(page.getByText(/^Members/)).toContainText('1');
	const reloaded = await bob.reload();
	expect(reloaded?.status()).toBe(404);
	await expect(bob.getByRole('heading', { name: 'This room is not open to you' })).toBeVisible();
	await expectUsable(bob);
	await expect(bob.getByText('Thank you for having me')).toHaveCount(0);
	expect((await bob.goto(link))?.status()).toBe(404);
	await expect(bob.getByRole('heading', { name: 'This link opens no room' })).toBeVisible();
	await bob.getByRole('link', { name: 'To the rooms' }).click();
	await expect(bob.getByRole('button', { name: 'New private room' })).toBeVisible();
	// A private room is in the list of all rooms, under its title, also in a browser that has not been in it.
	await page.goto(`${server.url}/`);
	await page.evaluate(() => localStorage.removeItem('holdfast.visited'));
	await page.goto(`${server.url}/rooms/lobby`);
	await expect(page.getByRole('log')).toBeVisible();
	await page.keyboard.press('Control+k');
	await page.getByRole('option', { name: 'Sprint 7 & <b>friends</b>' }).click();
	await expect(page).toHaveTitle(/Sprint 7 & <b>friends<\/b>/);
	await context.close();
	await his.close();
});
