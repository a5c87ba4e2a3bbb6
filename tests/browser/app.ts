/** The built app as a process of its own for each test, and a person in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, test as base, type Page } from '@playwright/test';
import { type ServerProcess, startServer } from '../support/server.ts';

export interface Person {
	page: Page;
	/** Cuts the person's network, as a browser does: an open WebSocket stalls, it does not close. */
	offline(on: boolean): Promise<void>;
	say(text: string): Promise<void>;
	/** The messages on the page, in order. */
	texts(): Promise<string[]>;
	/** The ticks of their own messages, in order: queued, sending, stored or failed. */
	ticks(): Promise<string[]>;
	badge(): ReturnType<Page['locator']>;
}

/** Somebody new opens a room, at the server itself or at a proxy in front of it. */
type Enter = (room: string, origin?: string) => Promise<Person>;

/** What browsers complained of, in whatever page: that the policy of a page refused something of it. */
const violations: string[] = [];

export const test = base.extend<{ server: ServerProcess; enter: Enter; lawful: undefined }, { watched: Browser }>({
	watched: [
		async ({ browser }, use) => {
			const newContext = browser.newContext.bind(browser);
			browser.newContext = async (options) => {
				const context = await newContext(options);
				context.on('console', (message) => {
					if (/content security policy|trusted ?(?:html|script|type)/i.test(message.text())) violations.push(message.text());
				});
				return context;
			};
			await use(browser);
		},
		{ scope: 'worker', auto: true },
	],
	// S18: holds for every test of a page.
	lawful: [
		async ({ watched }, use) => {
			violations.length = 0;
			await use(undefined);
			base.expect(violations, `refused by the policy of a page in ${watched.version()}`).toEqual([]);
		},
		{ auto: true },
	],
	server: async ({ browserName }, use) => {
		const dataDir = await mkdtemp(join(tmpdir(), `holdfast-${browserName}-`));
		const server = await startServer({ dataDir });
		await use(server);
		await server.close();
		await rm(dataDir, { recursive: true, force: true });
	},
	enter: async ({ server, browser }, use) => {
		const people: Person[] = [];
		await use(async (room, origin = server.url) => {
			const person = await enter(browser, `${origin}/rooms/${room}`);
			people.push(person);
			return person;
		});
		for (const { page } of people) await page.context().close();
	},
});
export { expect } from '@playwright/test';

async function enter(browser: Browser, url: string): Promise<Person> {
	const context = await browser.newContext();
	return personOn(await context.newPage(), url);
}

/** A person at a page: further tabs of theirs are pages of the same context. */
export async function personOn(page: Page, url: string): Promise<Person> {
	const context = page.context();
	await page.goto(url);
	const messages = page.getByRole('log');
	return {
		page,
		offline: (on) => context.setOffline(on),
		async say(text) {
			const field = page.getByRole('textbox', { name: 'Message' });
			// Before its scripts run a page takes the text, and no Enter.
			await base
				.expect(async () => {
					await field.fill(text);
					await field.press('Enter');
					await base.expect(field).toHaveValue('', { timeout: 1_000 });
				})
				.toPass();
		},
		texts: () => messages.locator('p[dir=auto]').allTextContents(),
		ticks: () =>
			messages.locator('[data-tick]').evaluateAll((ticks) => ticks.map((tick) => tick.getAttribute('data-tick') ?? '')),
		badge: () => page.locator('[popovertarget=connection-panel]'),
	};
}

/** Whoever cannot see, or has a narrow phone, can use the page as it is now. */
export async function expectUsable(page: Page) {
	const { violations } = await new AxeBuilder({ page }).analyze();
	base.expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	base.expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
