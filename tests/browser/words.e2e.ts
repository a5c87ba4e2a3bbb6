/** A browser that asks for Chinese is answered in Chinese from the first byte, and its person can switch to English and stays there. */
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';

/** Everything that the badge has said since the page began. */
const recordBadge = (page: Page) =>
	page.addInitScript(() => {
		const said: string[] = [];
		Object.assign(globalThis, { said });
		const look = () => {
			const text = document.querySelector('[popovertarget=connection-panel]')?.textContent ?? '';
			if (text !== said.at(-1)) said.push(text);
		};
		new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
	});
const badgeSaid = (page: Page) => page.evaluate(() => String(Object.getOwnPropertyDescriptor(globalThis, 'said')?.value));
const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

test('zh-CN -> Chinese at once, on a narrow phone too; "English" -> English, and so after a reload and in another tab', async ({
	browser,
	server,
}) => {
	const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 320, height: 640 } });
	const page = await context.newPage();
	const warnings: string[] = [];
	page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
	await recordBadge(page);

	const html = await (await page.request.get(`${server.url}/rooms/lobby`, { headers: { 'accept-language': 'zh-CN' } })).text();
	expect(html).toContain('<html lang="zh-CN">');
	expect(html).toContain('正在连接…');
	for (const path of ['/', '/status']) {
		await page.goto(server.url + path);
		await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
		expect(await fits(page)).toBe(true);
	}
	await page.goto(`${server.url}/rooms/lobby`);
	const badge = page.locator('[popovertarget=connection-panel]');
	await expect(badge).toContainText('已连接');
	expect(await badgeSaid(page)).not.toMatch(/Connect|Live/);
	expect(await fits(page)).toBe(true);
	await page.getByRole('textbox', { name: '消息' }).fill('你好');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('log').locator('[data-tick=stored]')).toHaveAttribute('aria-label', '已发送');

	await page.locator('[popovertarget=name-panel]').click();
	const english = page.getByRole('button', { name: 'English' });
	await expect(english).toHaveAttribute('lang', 'en');
	await expect(page.getByRole('button', { name: '中文' })).toHaveAttribute('aria-pressed', 'true');
	await english.click();
	for (const load of [() => Promise.resolve(), () => page.reload()]) {
		await load();
		await expect(page.locator('html')).toHaveAttribute('lang', 'en');
		await expect(badge).toContainText('Live');
		await expect(page.getByRole('log')).toContainText('你好');
	}
	expect(await badgeSaid(page)).not.toMatch(/连接/);
	const other = await context.newPage();
	await other.goto(`${server.url}/status`);
	await expect(other.getByRole('heading', { name: 'Status', level: 1 })).toBeVisible();
	expect(warnings.filter((text) => /hydrat/i.test(text))).toEqual([]);
	await context.close();
});
