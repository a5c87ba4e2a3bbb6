/** Chat as people use it: a change of mind before anything was sent, rooms at hand by keyboard, people who are meant. */
import AxeBuilder from '@axe-core/playwright';
import { expect, personOn, test } from './app.ts';

test('cut off: an unsent message is edited by arrow up and another deleted -> back: what was meant is sent, once, in order', async ({
	enter,
	server,
}) => {
	const bob = await enter('minds');
	const context = bob.page.context();
	const line = { cut: true };
	const page = await context.newPage();
	await page.routeWebSocket('**/api/websocket', (socket) =>
		line.cut ? void socket.close({ code: 1013 }) : void socket.connectToServer(),
	);
	await page.route(/\/api\/(poll|events)/, (route) => (line.cut ? route.abort() : route.continue()));
	const ann = await personOn(page, `${server.url}/rooms/minds`);
	for (const text of ['one', 'two', 'thre']) await ann.say(text);
	expect(await ann.ticks()).toEqual(['queued', 'queued', 'queued']);
	await page.keyboard.press('ArrowUp');
	await expect(page.getByText('Editing a message that was not sent')).toBeVisible();
	await page.keyboard.type('e, see https://example.com/x');
	await page.keyboard.press('Enter');
	await page.locator('[data-key]', { hasText: 'two' }).hover();
	await page.locator('[data-key]', { hasText: 'two' }).getByRole('button', { name: 'Delete' }).click();
	expect(await ann.texts()).toEqual(['one', 'three, see https://example.com/x']);
	line.cut = false;
	await page.evaluate(() => window.dispatchEvent(new Event('online')));
	await expect.poll(bob.texts, { timeout: 15_000 }).toEqual(['one', 'three, see https://example.com/x']);
	const link = bob.page.getByRole('link', { name: 'https://example.com/x' });
	await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow ugc');
	await expect.poll(ann.ticks).toEqual(['stored', 'stored']);
});

test('rooms by keyboard: one connection through all of them, what waits is counted, a mention is marked, a draft stays', async ({
	enter,
	server,
}) => {
	const ann = await enter('harbour');
	const { page } = ann;
	let sockets = 0;
	page.on('websocket', () => sockets++);
	await expect(ann.badge()).toContainText('Live');
	sockets = 0;
	await ann.say('anybody here?');
	await expect.poll(ann.ticks).toEqual(['stored']);
	await page.keyboard.type('half a thought');
	const go = async (room: string) => {
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox').fill(room);
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { level: 1 })).toContainText(room);
	};
	await go('quay');
	const bob = await enter('harbour', server.url);
	const box = bob.page.getByRole('textbox', { name: 'Message' });
	await expect(bob.badge()).toContainText('Live');
	await box.pressSequentially('@');
	await expect(bob.page.getByRole('listbox')).toBeVisible();
	await bob.page.keyboard.press('Enter');
	await box.pressSequentially('look');
	await bob.page.keyboard.press('Enter');
	await expect.poll(bob.ticks).toEqual(['stored']);

	await page.keyboard.press('Control+k');
	const waiting = page.getByRole('option', { name: /harbour/ }).locator('[data-unread]');
	await expect(waiting).toContainText('@1');
	const { violations } = await new AxeBuilder({ page }).analyze();
	expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('log').getByText('New since')).toBeVisible();
	await expect(page.locator('[data-mention=me]')).toHaveCount(1);
	await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('half a thought');
	await expect(ann.badge()).toContainText('Live');
	expect(sockets).toBe(0);
});
