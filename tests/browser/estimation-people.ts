/** People of one estimation: in a browser, or a script of theirs over the library. Whatever they are sent is kept as text. */
import type { Browser, Page } from '@playwright/test';
import { WebSocket } from 'ws';
import { ConnectionManager } from '../../src/lib/client/index.ts';
import { identify } from '../support/in-process.ts';
import { until } from '../support/until.ts';
import { recordReceived } from './frames.ts';

export interface Voter {
	vote(card: string): Promise<void>;
	/** All that came so far. */
	received(): string;
	/** The cards on the table, as this person sees them. */
	shown(): Promise<string[]>;
	close(): Promise<void>;
}

export const cardOn = (page: Page, value: string) => page.locator(`[data-card="${value}"]`);

export async function inBrowser(browser: Browser, origin: string, room: string): Promise<Voter & { page: Page }> {
	const context = await browser.newContext({ viewport: { width: 480, height: 900 } });
	const page = await context.newPage();
	const received = await recordReceived(page);
	await page.goto(`${origin}/rooms/${room}?view=estimate`);
	return {
		page,
		received,
		vote: (card) => cardOn(page, card).click(),
		shown: () => page.locator('[data-stack]').evaluateAll((all) => all.map((one) => one.getAttribute('data-stack') ?? '')),
		close: () => context.close(),
	};
}

export async function inScript(origin: string, room: string, name: string): Promise<Voter> {
	const { cookie } = await identify(origin, name);
	const texts: string[] = [];
	const manager = new ConnectionManager({
		sessionId: room,
		websocketUrl: `${origin}/api/websocket`,
		webSocket(url) {
			const socket = new WebSocket(url, { headers: { cookie } });
			socket.addEventListener('message', ({ data }) => texts.push(String(data)));
			return socket;
		},
	});
	manager.connect();
	await until(() => manager.session?.estimation, `${name} is told of the estimation`);
	return {
		async vote(card) {
			// Stored whenever the server is there again: whoever waits for that would not see it killed.
			manager.sendVote(card).catch((error) => texts.push(`refused: ${error}`));
		},
		received: () => texts.join('\n'),
		async shown() {
			const { revealed = false, votes = {} } = manager.session?.estimation ?? {};
			return revealed ? Object.values(votes).map(({ value }) => value ?? '') : [];
		},
		close: async () => manager.close(),
	};
}
