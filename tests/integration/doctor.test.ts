/** The doctor against real servers: a line a check, a verdict, and an exit code. */
import { afterEach, describe, expect, it } from 'bun:test';
import { readArguments } from '../../src/doctor/arguments.ts';
import { doctor } from '../../src/doctor/doctor.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { temporaryFolder } from '../support/in-process.ts';
import { createFaultProxy } from '../support/proxy.ts';
import { createRandom } from '../support/random.ts';
import { type ServerProcess, startServer } from '../support/server.ts';
import { createStrippingProxy } from '../support/stripping-proxy.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

async function start(): Promise<ServerProcess> {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	const server = await startServer({ entry: `${import.meta.dir}/../support/realtime-server.ts`, dataDir: folder.path });
	closing.push(() => server.close());
	return server;
}

async function ask(...args: string[]) {
	const lines: string[] = [];
	const code = await doctor(args, (line) => lines.push(line));
	return { code, lines, text: lines.join('\n') };
}

describe('doctor', () => {
	it('a healthy server -> every check passes, 0', async () => {
		const server = await start();
		const { code, lines, text } = await ask(server.url);
		expect(lines.slice(0, 5).map((line) => line.slice(0, 15).trim())).toEqual([
			'✓ reachable',
			'✓ identity',
			'✓ websocket',
			'✓ event-stream',
			'✓ long-polling',
		]);
		expect(text).toContain('healthy: All is well.');
		expect(code).toBe(0);
	});

	it('a proxy without Upgrade -> HTTP works, upgrade-stripped with the lines for nginx, 1', async () => {
		const server = await start();
		const proxy = createStrippingProxy(server.url);
		closing.push(proxy.close);
		const { code, text } = await ask(`${proxy.url}/api/websocket`);
		expect(text).toMatch(/✗ websocket/);
		expect(text).toMatch(/✓ event-stream[\s\S]*✓ long-polling/);
		expect(text).toContain('upgrade-stripped: WebSockets do not get through');
		expect(text).toContain('proxy_set_header Upgrade $http_upgrade;');
		expect(code).toBe(1);
	});

	it('--hold: cut in between -> its age, 1', async () => {
		const server = await start();
		const proxy = createFaultProxy({
			target: { hostname: '127.0.0.1', port: server.port },
			random: createRandom(1),
			clock: systemClock,
		});
		closing.push(proxy.close);
		const lines: string[] = [];
		const code = await doctor([`http://127.0.0.1:${proxy.port}`, '--hold', '60'], (line) => {
			lines.push(line);
			if (line.includes('holding')) setImmediate(() => proxy.cut('reset'));
		});
		const text = lines.join('\n');
		expect(text).toMatch(/✗ held +it ended at an age of \d+\.\d s/);
		expect(code).toBe(1);
	});

	it('nobody there -> unreachable, 1', async () => {
		const { code, text } = await ask('http://127.0.0.1:1');
		expect(text).toContain('✗ reachable');
		expect(text).toContain('unreachable: The server cannot be reached.');
		expect(code).toBe(1);
	});

	it.each([
		[[], 'expected one address'],
		[['nope'], 'got "nope"'],
		[['ftp://x'], 'http, https, ws or wss'],
		[['http://x', 'http://y'], 'expected one address'],
		[['http://x', '--loud'], 'no option --loud'],
		[['http://x', '--hold', 'long'], '--hold: expected seconds from 1 to 86400, got long'],
		[['http://x', '--hold'], 'got nothing'],
	])('%j -> says what is wrong, how it is used, 2', async (args, problem) => {
		const { code, lines, text } = await ask(...args);
		expect(lines[0]).toContain(problem);
		expect(text).toContain('usage: holdfast-doctor <url>');
		expect(code).toBe(2);
	});

	it('an address of an endpoint, and one below a folder', () => {
		const at = (text: string) => {
			const wanted = readArguments([text]);
			return 'url' in wanted ? wanted.url.href : wanted.problem;
		};
		expect(at('wss://x.example/api/websocket?ticket=1')).toBe('https://x.example/');
		expect(at('https://x.example/chat')).toBe('https://x.example/chat/');
		expect(at('https://x.example/chat/api/poll')).toBe('https://x.example/chat/');
	});
});
