/** A server that stops in the middle of trouble: everybody is told, and everything is let go of, whatever else fails. */
import { expect, it } from 'bun:test';
import { openSqliteLog } from '../../src/lib/server/log/sqlite.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startInProcess, temporaryFolder } from '../support/in-process.ts';
import { until } from '../support/until.ts';

it('the log cannot be closed, an alert is on its way -> the webhook still hears of it, the port is free, and whoever stopped it hears why', async () => {
	const folder = temporaryFolder();
	const told: string[] = [];
	let take = () => {};
	const taken = new Promise<void>((resolve) => {
		take = resolve;
	});
	const receiver = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		async fetch(request) {
			const body = await request.text();
			await taken;
			told.push(body);
			return new Response();
		},
	});
	const clock = new FakeClock();
	const log = await openSqliteLog({ dataDir: folder.path, retention: { messages: 0, days: 0 }, clock });
	const server = await startInProcess({
		...{ clock, dataDir: folder.path },
		log: {
			...log,
			writable: false,
			async close() {
				await log.close();
				throw new Error('database or disk is full');
			},
		},
		env: { ALERT_WEBHOOK_URL: receiver.url.href, ALERT_LOG_FAILING_SECONDS: '1' },
	});
	try {
		const { port } = new URL(server.url);
		await clock.advance(3_000);
		await until(() => receiver.pendingRequests === 1, 'the webhook is asked');
		let stopped = false;
		const closing = server.close().finally(() => {
			stopped = true;
		});
		closing.catch(() => {});
		await until(async () => (await (await fetch(`${server.url}/readyz`)).text()).includes('stopping'), 'it stops');
		expect(stopped).toBe(false);
		take();
		await expect(closing).rejects.toThrow('database or disk is full');
		expect(told.map((body) => JSON.parse(body).alert.rule)).toEqual(['log-failing']);
		Bun.serve({ port: Number(port), hostname: '127.0.0.1', fetch: () => new Response() }).stop(true);
	} finally {
		take();
		await receiver.stop(true);
		folder.remove();
	}
});
