/** The badge's panel says what happened: by hand and keyboard, at phone width, in both themes. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './app.ts';

test('checks at a press -> healthy; kill -9 -> unreachable; back -> restarted; the report has all of it', async ({
	enter,
	server,
}) => {
	const ann = await enter('diagnosis');
	await expect(ann.badge()).toContainText('Live');
	await ann.badge().click();
	const panel = ann.page.locator('#connection-panel');
	const verdict = panel.getByRole('status');
	await expect(verdict).toHaveText('No trouble so far.');
	const run = panel.getByRole('button', { name: 'Run checks' });
	await run.focus();
	await ann.page.keyboard.press('Enter');
	await expect(verdict).toHaveAttribute('data-verdict', 'healthy');
	await expect(run).toBeFocused();
	await expect(panel).toContainText(/Connected over WebSocket for/);

	await server.kill9();
	await expect(ann.badge()).toContainText('Reconnecting');
	await expect(verdict).toHaveAttribute('data-verdict', 'unreachable', { timeout: 15_000 });
	await run.click();
	await expect(panel).toContainText('GET /api/ticket failed');
	await server.restart();
	await panel.getByRole('button', { name: 'Retry now' }).click();
	await expect(verdict).toHaveAttribute('data-verdict', 'restarted', { timeout: 30_000 });
	await expect(panel).toContainText('Another server process answers than before.');
	await panel.getByText('Timeline').click();
	await expect(panel.getByRole('listitem').filter({ hasText: 'Closed with 1006' }).first()).toBeVisible();

	for (const colorScheme of ['light', 'dark'] as const) {
		await ann.page.emulateMedia({ colorScheme });
		await ann.page.setViewportSize({ width: 360, height: 720 });
		const { violations } = await new AxeBuilder({ page: ann.page }).include('#connection-panel').analyze();
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
		expect(await panel.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
	}
	await ann.page
		.context()
		.grantPermissions(['clipboard-read', 'clipboard-write'])
		.catch(() => {});
	await panel.getByRole('button', { name: 'Copy report' }).click();
	await expect(panel.getByRole('button', { name: 'Copied' })).toBeVisible();
	const report = JSON.parse(await ann.page.evaluate(() => navigator.clipboard.readText()));
	expect(report).toMatchObject({ diagnosis: { verdict: 'restarted' }, connection: { isConnected: true } });
	expect(report.timeline.length).toBeGreaterThan(5);
});
