/** Who hears of an alert: the log, and the webhook of the settings; neither says the webhook's address, and neither holds up the stop. */
import { afterEach, describe, expect, it } from 'bun:test';
import { hostname } from 'node:os';
import * as v from 'valibot';
import { alert } from '../../src/lib/protocol/status.ts';
import { startLogging } from '../../src/lib/server/logging.ts';
import { until } from '../support/until.ts';
import { startWatched } from './watched-server.ts';

const notice = v.object({
	event: v.picklist(['raised', 'cleared']),
	alert,
	server: v.object({
		node: v.pipe(v.string(), v.uuid()),
		boot: v.pipe(v.string(), v.uuid()),
		version: v.string(),
		host: v.string(),
		origin: v.nullable(v.string()),
	}),
	text: v.string(),
});
const line = v.looseObject({ level: v.string(), message: v.string() });

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

/** A server whose memory runs full, its log, and what its webhook was told. */
async function start(answer: () => Response | Promise<Response>) {
	const notices: v.InferOutput<typeof notice>[] = [];
	const hook = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		idleTimeout: 0,
		async fetch(request) {
			notices.push(v.parse(notice, await request.json()));
			return answer();
		},
	});
	closing.push(() => hook.stop(true));
	const lines: string[] = [];
	const logging = { level: 'info', dir: null, fileBytes: 1, files: 1 } as const;
	const { logger, close } = await startLogging(logging, { print: (each) => void lines.push(each) });
	closing.push(close);
	const env = { ALERT_WEBHOOK_URL: `http://127.0.0.1:${hook.port}/hush`, ORIGIN: 'https://chat.example' };
	const watched = await startWatched({ logger, env });
	closing.push(() => watched.close());
	const { rss, memoryLimit } = watched.machine;
	return {
		watched,
		notices,
		said: () => lines.map((each) => v.parse(line, JSON.parse(each))),
		fill: () => Object.assign(watched.machine, { rss: memoryLimit }),
		free: () => Object.assign(watched.machine, { rss }),
	};
}

describe('an alert', () => {
	it('is told to the log and to the webhook, and so is its end', async () => {
		const { watched, notices, said, fill, free } = await start(() => new Response());
		// The patience of a request is on the clock that passes here: it is not to pass before each was answered.
		const atRest = watched.clock.pending;
		fill();
		await watched.pass(60, { until: ({ active }) => active.length > 0 });
		await until(() => notices.length === 1 && watched.clock.pending === atRest, 'the webhook is told');
		await watched.pass(29);
		free();
		await watched.pass(120, { until: ({ history }) => history.length > 0 });
		await until(() => notices.length === 2, 'the webhook is told that it is over');
		expect(notices).toMatchObject([
			{ event: 'raised', alert: { rule: 'memory', value: 1, clearedAt: null } },
			{ event: 'cleared', alert: { rule: 'memory', value: 1, clearedAt: expect.any(Number) } },
		]);
		expect(notices[0]?.server).toMatchObject({ host: hostname(), origin: 'https://chat.example' });
		expect(said().filter(({ message }) => message.includes('alert'))).toMatchObject([
			{ level: 'warning', message: 'alert memory: The process holds 100 % of the memory that there is.', threshold: 0.85 },
			{ level: 'info', message: 'alert memory is over after 90 s', worst: 1 },
		]);
		expect(JSON.stringify(said())).not.toContain('hush');
	});

	it('whose webhook hangs -> the server works on, stops all the same, and says what was not told', async () => {
		const { watched, notices, said, fill } = await start(() => new Promise(() => {}));
		fill();
		await watched.pass(60, { until: ({ active }) => active.length > 0 });
		await until(() => notices.length > 0, 'the webhook is asked');
		const ann = await watched.join('Ann', ['lobby']);
		expect(await ann.publish('lobby', 'hello')).toMatchObject({ type: 'ack' });
		await watched.close();
		const unsaid = said().filter(({ message }) => message.includes('webhook'));
		expect(unsaid).toHaveLength(1);
		expect(unsaid[0]?.message).toStartWith('the webhook was not told that the alert memory was raised: ');
		expect(JSON.stringify(said())).not.toContain('hush');
	});
});
