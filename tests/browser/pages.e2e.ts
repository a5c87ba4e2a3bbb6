/** The pages themselves: a newcomer's way in, phone width, both themes, and nothing that axe objects to. */
import { expect, expectUsable, test } from './app.ts';

test('a newcomer is in a room in one click and speaks', async ({ page, server }) => {
	await page.goto(server.url);
	await page.getByRole('link', { name: /lobby/i }).first().click();
	await expect(page).toHaveURL(/\/rooms\/lobby$/);
	await page.getByRole('textbox', { name: 'Message' }).fill('Hello, everybody');
	await page.getByRole('button', { name: 'Send' }).click();
	await expect(page.getByRole('log')).toContainText('Hello, everybody');
	await expect(page.locator('[data-tick=stored]')).toHaveCount(1);
});

test('a room without a proper name is refused in words', async ({ page, server }) => {
	const answer = await page.goto(`${server.url}/rooms/${'x'.repeat(200)}`);
	expect(answer?.status()).toBe(400);
	await expect(page.locator('body')).toContainText('128');
});

test('without JavaScript the room shows its messages', async ({ browser, enter, server }) => {
	const ann = await enter('plain');
	await ann.say('readable by all');
	await expect.poll(ann.ticks).toEqual(['stored']);
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await page.goto(`${server.url}/rooms/plain`);
	await expect(page.getByRole('log')).toContainText('readable by all');
	await context.close();
});

for (const colorScheme of ['light', 'dark'] as const)
	for (const viewport of [
		{ width: 1280, height: 800 },
		{ width: 360, height: 720 },
	])
		test(`no accessibility findings and no sideways scrolling, ${colorScheme}, ${viewport.width} px`, async ({
			browser,
			server,
		}) => {
			const context = await browser.newContext({ colorScheme, viewport });
			const page = await context.newPage();
			for (const path of ['/', '/rooms/lobby']) {
				await page.goto(server.url + path);
				if (path !== '/') {
					await page.getByRole('textbox', { name: 'Message' }).fill(`${'long'.repeat(80)} and short`);
					await page.keyboard.press('Enter');
					await expect(page.locator('[data-tick=stored]').first()).toBeVisible();
				}
				await expectUsable(page);
			}
			await context.close();
		});
