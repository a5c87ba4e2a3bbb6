/** S17: whatever people write, and wherever a page shows it, it is text. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { identify } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/server.ts';
import { expect, personOn, test as plain } from './app.ts';
import { aliveIn, cards, names, texts, titles, topic } from './hostile.ts';

const ADMIN_TOKEN = 'the-token-of-these-tests-and-of-nothing-else';
const [ROOM = '', OTHER = ''] = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>'];

const test = plain.extend({
	server: async ({ browserName }, use) => {
		const dataDir = await mkdtemp(join(tmpdir(), `holdfast-scripts-${browserName}-`));
		const server = await startServer({ dataDir, env: { ADMIN_TOKEN } });
		await use(server);
		await server.close();
		await rm(dataDir, { recursive: true, force: true });
	},
});

/** People with hostile names in a hostile room, who have said and laid all there is. */
async function fill(url: string): Promise<RawPeer[]> {
	const people: RawPeer[] = [];
	for (const name of names) {
		const peer = new RawPeer(url, { cookie: (await identify(url, name)).cookie });
		await peer.hello({ rooms: [ROOM] });
		people.push(peer);
	}
	const [leader] = people;
	const say = async (peer: RawPeer | undefined, kind: string, data: object) => {
		expect(await peer?.publish(ROOM, '', { kind, data }), `${kind} ${JSON.stringify(data).slice(0, 80)}`).toMatchObject({
			type: 'ack',
		});
	};
	await say(leader, 'deck', { cards });
	await say(leader, 'topic', { text: topic });
	for (const [index, peer] of people.entries()) await say(peer, 'vote', { round: 1, value: cards[index % cards.length] });
	for (const [index, text] of texts.entries()) await say(people[index % people.length], 'chat', { text });
	return people;
}

test('T-64 S17 scripts in every field -> no page runs, loads or links to any of it: it says what was written', async ({
	browser,
	server,
}) => {
	const people = await fill(server.url);
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
	const page = await context.newPage();
	const heard: string[] = [];
	page.on('dialog', (dialog) => {
		heard.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
	page.on('request', (request) => {
		if (!request.url().startsWith(server.url)) heard.push(`request: ${request.url()}`);
	});
	const harmless = async (where: string) => expect(await aliveIn(page), where).toEqual([]);
	const open = (room: string) => page.goto(`${server.url}/rooms/${encodeURIComponent(room)}`);

	// Chat, estimation, the title, people, who is typing.
	const ann = await personOn(page, `${server.url}/rooms/${encodeURIComponent(ROOM)}`);
	await expect.poll(ann.texts).toEqual(texts);
	await expect(page).toHaveTitle(new RegExp(RegExp.escape(ROOM)));
	await expect(page.getByText(topic.slice(0, 28)).first()).toBeVisible();
	await expect(page.locator('[data-card]')).toHaveCount(cards.length);
	await page.locator('[data-people]').click();
	await expect(page.locator('#people-panel bdi')).toHaveCount(names.length + 1);
	for (const peer of people) peer.send({ type: 'signal', room: ROOM, kind: 'typing', data: {} });
	await expect(page.locator('[data-typing="7"]')).toBeVisible();
	await harmless('the room');
	await page.keyboard.press('Escape');
	people[0]?.send(people[0].message(ROOM, '', { kind: 'reveal', data: { round: 1 } }));
	await expect(page.locator('[data-stack]').first()).toBeVisible();
	await page.getByRole('button', { name: 'Rounds' }).click();
	await expect(page.getByRole('dialog').getByText(topic.slice(0, 28))).toBeVisible();
	await harmless('the rounds');
	await page.keyboard.press('Escape');

	// Private rooms, of somebody with such a name.
	const { cookie, user } = await identify(server.url, names[4] ?? '');
	const [key = '', value = ''] = cookie.split('=');
	expect(user.name).toBe(names[4] ?? '');
	await context.addCookies([{ name: key, value, url: server.url }]);
	const made: string[] = [];
	for (const title of titles) {
		const answer = await context.request.post(`${server.url}/api/rooms`, { data: { title } });
		made.push(String((await answer.json()).room));
	}
	const invited = await context.request.post(`${server.url}/api/room/invites`, { data: { room: made[1] } });
	await page.goto(`${server.url}${(await invited.json()).path}`);
	await expect(page.getByRole('heading', { name: titles[1] })).toBeVisible();
	await harmless('an invitation');
	for (const path of [...names, '%3Cscript%3E', '"><svg onload=alert(1)>'].slice(-3)) {
		await page.goto(`${server.url}/invite/${encodeURIComponent(path)}`);
		await harmless(`an invitation to ${path}`);
	}

	// All rooms at hand, private ones too, and the way in.
	await open(OTHER);
	// Only then is it among those visited.
	await expect(ann.badge()).toContainText('Live');
	await open(made[1] ?? '');
	await expect(page.getByRole('heading', { name: titles[1] }).first()).toBeVisible();
	await page.getByRole('button', { name: 'Invite people' }).click();
	await expect(
		page
			.getByRole('dialog')
			.getByText(names[4] ?? '')
			.first(),
	).toBeVisible();
	await harmless('the dialog of a private room');
	await page.keyboard.press('Escape');
	await page.keyboard.press('Control+k');
	for (const name of [ROOM, OTHER, titles[1] ?? '']) await expect(page.getByRole('option', { name })).toBeVisible();
	await page.getByRole('combobox').fill('<svg onload=alert(2)>');
	await expect(page.getByRole('option', { name: '<svg onload=alert(2)>' })).toBeVisible();
	await harmless('the switcher');
	await page.goto(server.url);
	for (const title of titles) await expect(page.getByRole('link', { name: title }).first()).toBeVisible();
	await harmless('the way in');

	await operate(page, server.url);
	await harmless('the status page');
	expect(heard).toEqual([]);
	// And this would have been found.
	await page.evaluate(() =>
		document.body.append(Object.assign(document.createElement('a'), { href: 'javascript:0' }), document.createElement('object')),
	);
	expect(await aliveIn(page)).toHaveLength(3);
	for (const peer of people) peer.close();
	await context.close();
});

/** An operator looks at who is connected, and is about to end one. */
async function operate(page: Page, url: string) {
	await page.goto(`${url}/status`);
	await page.getByLabel(/^Token/).fill(ADMIN_TOKEN);
	await page.keyboard.press('Enter');
	const rows = page.getByRole('region', { name: 'Connections', exact: true }).locator('tbody tr');
	await expect(rows).toHaveCount(names.length + 1);
	await page.getByRole('searchbox', { name: 'Search connections' }).fill('<svg onload');
	await expect(rows).toHaveCount(1);
	await expect(rows).toContainText(ROOM);
	await rows.getByRole('button', { name: /^End/ }).click();
	await expect(page.getByRole('dialog')).toContainText(names[1] ?? '');
}
