/** T-57: every state of a connection, as a person and a screen reader meet it. */
import type { Page, WebSocketRoute } from '@playwright/test';
import { expect, test } from './app.ts';

const badge = (page: Page) => page.locator('[popovertarget=connection-panel]');
/** The connection's own live regions: what is announced. */
const status = (page: Page) => page.getByRole('region', { name: 'Connection' }).getByRole('status');
const alarm = (page: Page) => page.getByRole('region', { name: 'Connection' }).getByRole('alert');

/** Lets the test end a page's WebSockets as a server would. */
async function hold(page: Page): Promise<() => WebSocketRoute> {
	const sockets: WebSocketRoute[] = [];
	await page.routeWebSocket('**/api/websocket', (socket) => {
		socket.connectToServer();
		sockets.push(socket);
	});
	return () => {
		const socket = sockets.at(-1);
		if (!socket) throw new Error('the page has opened no WebSocket');
		return socket;
	};
}

const endings: [code: number, word: string, text: RegExp][] = [
	[4003, 'No access', /You have no access here/],
	[4005, 'Open elsewhere', /A newer copy of this tab took over/],
	[4009, 'Update needed', /This page is out of date/],
];
for (const [code, word, text] of endings)
	test(`T-57 ended with ${code} -> "${word}", said once and aloud, with no attempt after it`, async ({ page, server }) => {
		const last = await hold(page);
		await page.goto(`${server.url}/rooms/states`);
		await expect(badge(page)).toContainText(/Live\s*$/);
		const requests: string[] = [];
		page.on('request', (request) => request.url().includes('/api/') && requests.push(request.url()));
		page.on('websocket', (socket) => requests.push(socket.url()));
		await last().close({ code, reason: 'as told by the test' });
		await expect(badge(page)).toContainText(word);
		await expect(alarm(page)).toContainText(text);
		await expect(status(page)).toHaveText('');
		// It writes on and is told why that does not go.
		await page.getByRole('textbox', { name: 'Message' }).fill('anybody?');
		await page.keyboard.press('Enter');
		await expect(page.getByText('Not sent: the connection has stopped')).toBeVisible();
		expect(requests).toEqual([]);
	});

test('T-57 signed out: a new identity by itself, and what is written is theirs', async ({ page, server, context }) => {
	const last = await hold(page);
	await page.goto(`${server.url}/rooms/states`);
	await expect(badge(page)).toContainText(/Live\s*$/);
	await context.clearCookies();
	await last().close({ code: 4001, reason: 'who?' });
	await expect(badge(page)).not.toContainText('Live');
	await expect(badge(page)).toContainText(/Live\s*$/, { timeout: 15_000 });
	await page.getByRole('textbox', { name: 'Message' }).fill('somebody else now');
	await page.keyboard.press('Enter');
	await expect(page.locator('[data-tick=stored]')).toHaveCount(1);
});
