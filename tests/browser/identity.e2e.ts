/** One person in two tabs: another name, and signing out everywhere. */
import { expect, expectUsable, personOn, test } from './app.ts';

test('a name reaches the other tab; signed out everywhere -> the other tab says so, and nothing of the person is sent as the next one', async ({
	enter,
	server,
}) => {
	const first = await enter('identity');
	const page = await first.page.context().newPage();
	// What this tab publishes never arrives: it is unsent when the person signs out.
	await page.routeWebSocket('**/api/websocket', (socket) => {
		const upstream = socket.connectToServer();
		socket.onMessage((text) => {
			if (!text.includes('"publish"')) upstream.send(text);
		});
	});
	const second = await personOn(page, `${server.url}/rooms/identity`);
	for (const { badge } of [first, second]) await expect(badge()).toContainText(/Live\s*$/);
	const kept = (of: typeof page) => of.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
	const panel = (of: typeof page) => of.locator('[popovertarget=name-panel]');

	await panel(first.page).click();
	await first.page.getByRole('textbox', { name: 'Your name' }).fill('Ann of two tabs');
	await first.page.getByRole('button', { name: 'Save' }).click();
	await expect(panel(first.page)).toContainText('Ann of two tabs');
	await expect(panel(page)).toContainText('Ann of two tabs');

	await first.say('sent by Ann');
	await expect.poll(second.texts).toEqual(['sent by Ann']);
	await second.say('unsent by Ann');
	await expect.poll(second.texts).toEqual(['sent by Ann', 'unsent by Ann']);

	await page.getByRole('textbox', { name: 'Message' }).fill('half a thought');
	for (const each of ['holdfast.visited', 'holdfast.read', 'half a thought']) expect(await kept(page)).toContain(each);
	await panel(first.page).click();
	await first.page.getByRole('button', { name: 'Sign out everywhere' }).click();
	await expect(first.page.getByText('Messages that are not sent yet are given up.')).toBeVisible();
	await expectUsable(first.page);
	await first.page.getByRole('button', { name: 'Sign out everywhere' }).click();
	await expect(first.page).toHaveURL(`${server.url}/`);
	await expect(second.badge()).toContainText('Signed out');
	for (const each of [first.page, page]) expect(await kept(each)).not.toMatch(/holdfast\.(visited|read|cards|draft)/);

	await page.unrouteAll();
	await page.getByRole('button', { name: 'Reload' }).click();
	const third = await personOn(await page.context().newPage(), `${server.url}/rooms/identity`);
	await expect(third.badge()).toContainText(/Live\s*$/);
	await expect(panel(third.page)).not.toContainText('Ann of two tabs');
	await third.say('sent by somebody new');
	await expect.poll(third.ticks).toEqual(['stored']);
	await expect.poll(second.texts).toEqual(['sent by Ann', 'sent by somebody new']);
});
