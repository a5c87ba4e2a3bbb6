/** A browser's life: tabs by the dozen, pages that freeze, are put aside and come back, a machine that sleeps. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page, Request } from '@playwright/test';
import * as v from 'valibot';
import { metrics as figures } from '../../src/lib/protocol/status.ts';
import { nginxWithoutUpgrade, startNginx } from '../support/nginx.ts';
import { startServer } from '../support/server.ts';
import { expect, personOn, test } from './app.ts';

test('T-20 eight tabs of one browser over HTTP: one request listens for all, and nobody starves', async ({ server, browser }) => {
	const nginx = await startNginx({ upstreamPort: server.port, changes: nginxWithoutUpgrade });
	const context = await browser.newContext();
	try {
		const listening = watchListening(context);
		const tabs = [];
		for (let tab = 1; tab <= 8; tab++) tabs.push(await personOn(await context.newPage(), `${nginx.url}/rooms/tabs`));
		for (const tab of tabs) await expect(tab.badge()).toContainText('compatibility mode');
		await expect.poll(() => listening.now).toBe(1);
		for (const [index, tab] of tabs.entries()) await tab.say(`from tab ${index + 1}`);
		const all = tabs.map((_, index) => `from tab ${index + 1}`);
		for (const tab of tabs) await expect.poll(async () => (await tab.texts()).toSorted()).toEqual(all);
		for (const tab of tabs) expect(await tab.texts()).toEqual(await tabs[0]?.texts());
		// One that is made anew may be told of before the end of the one it replaces.
		expect(listening.most).toBeLessThanOrEqual(2);

		// The one that listens goes: another takes its place.
		for (const tab of tabs.splice(0, 4)) await tab.page.close();
		await tabs[3]?.say('still here');
		for (const tab of tabs) await expect.poll(async () => (await tab.texts()).at(-1)).toBe('still here');
		await expect.poll(() => listening.now).toBe(1);
	} finally {
		await context.close();
		await nginx.close();
	}
});

test('T-50 a frozen page -> what was said meanwhile is there when it resumes', async ({ enter }) => {
	const ann = await enter('freezer');
	const bob = await enter('freezer');
	await expect(ann.badge()).toContainText('Live');
	const devtools = await ann.page.context().newCDPSession(ann.page);
	await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
	for (const text of ['one', 'two', 'three']) await bob.say(text);
	await expect.poll(bob.ticks).toEqual(['stored', 'stored', 'stored']);
	await devtools.send('Page.setWebLifecycleState', { state: 'active' });
	await expect.poll(ann.texts).toEqual(['one', 'two', 'three']);
	await ann.say('thawed');
	await expect.poll(bob.texts).toEqual(['one', 'two', 'three', 'thawed']);
	await expect(ann.badge()).toContainText(/Live\s*$/);
});

test('T-53 the machine sleeps until the server has given it up -> it wakes to everything that was said', async ({
	enter,
	playwright,
}) => {
	const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-sleep-'));
	const env = { HEARTBEAT_INTERVAL_MS: '500', HEARTBEAT_TIMEOUT_MS: '300' };
	const server = await startServer({ dataDir, env });
	const { executablePath, args = [] } = test.info().project.use.launchOptions ?? {};
	const machine = await playwright.chromium.launchServer({ args, ...(executablePath && { executablePath }) });
	try {
		const away = await playwright.chromium.connect(machine.wsEndpoint());
		const ann = await personOn(await away.newPage(), `${server.url}/rooms/sleep`);
		await expect(ann.badge()).toContainText('Live');
		const bob = await enter('sleep', server.url);
		// Chromium leads a process group of its own: its network sleeps with it.
		const group = -(machine.process().pid ?? 0);
		process.kill(group, 'SIGSTOP');
		for (const text of ['one', 'two']) await bob.say(text);
		const metrics = async () => v.parse(figures, await (await fetch(`${server.url}/api/websocket/metrics`)).json());
		await expect.poll(async () => (await metrics()).closes.byCause).toEqual({ 'heartbeat-timeout': 1 });
		process.kill(group, 'SIGCONT');
		await expect.poll(ann.texts).toEqual(['one', 'two']);
		await ann.say('good morning');
		await expect.poll(bob.texts).toEqual(['one', 'two', 'good morning']);
	} finally {
		await machine.kill();
		await server.close();
		await rm(dataDir, { recursive: true, force: true });
	}
});

test('T-52 offline for a while: a stalled socket is noticed within seconds, what is written waits, and goes in order', async ({
	enter,
}) => {
	const ann = await enter('tunnel');
	const bob = await enter('tunnel');
	await expect(ann.badge()).toContainText('Live');
	await ann.offline(true);
	await expect(ann.page.getByText('You’re offline. Messages will be sent when you’re back.').first()).toBeVisible({
		timeout: 8_000,
	});
	for (const text of ['in', 'the', 'dark']) await ann.say(text);
	await bob.say('hello?');
	await expect.poll(bob.ticks).toEqual(['stored']);
	expect(await ann.ticks()).toEqual(['queued', 'queued', 'queued']);
	await ann.offline(false);
	for (const person of [ann, bob]) await expect.poll(person.texts).toEqual(['hello?', 'in', 'the', 'dark']);
	await expect.poll(ann.ticks).toEqual(['stored', 'stored', 'stored']);
});

/** Counts the requests that listen, over all pages of a browser. */
function watchListening(context: BrowserContext) {
	const open = new Set<Request>();
	const counts = {
		most: 0,
		get now() {
			return open.size;
		},
	};
	const listens = (request: Request) =>
		request.url().endsWith('/api/events') ||
		(request.url().endsWith('/api/poll') && /"waitMs":[1-9]/.test(request.postData() ?? ''));
	const watch = (page: Page) => {
		page.on('close', () => {
			for (const request of open) if (request.frame().page() === page) open.delete(request);
		});
	};
	context.on('page', watch);
	context.on('request', (request) => {
		if (!listens(request)) return;
		open.add(request);
		counts.most = Math.max(counts.most, open.size);
	});
	for (const event of ['requestfinished', 'requestfailed'] as const)
		context.on(event as 'requestfinished', (request: Request) => void open.delete(request));
	return counts;
}
