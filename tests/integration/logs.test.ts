/** The logs of a process: what is in which file, what is left however it ends, and a disk that takes no more. */
import { afterEach, describe, expect, it } from 'bun:test';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getLogger } from '@logtape/logtape';
import { startLogging } from '../../src/lib/server/logging.ts';
import { cookieJar, temporaryFolder } from '../support/in-process.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { until } from '../support/until.ts';
import { linesOf } from './log-lines.ts';
import { smallDisk } from './small-disk.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

function newFolder(): string {
	const folder = temporaryFolder();
	closing.push(folder.remove);
	return folder.path;
}

/** Runs the writer until it has ended; `said` is what it printed. */
async function run(env: Record<string, string>) {
	const child = Bun.spawn([process.execPath, resolve(import.meta.dir, 'log-writer.ts')], {
		env: { PATH: process.env.PATH ?? '', ...env },
		stdout: 'pipe',
		stderr: 'pipe',
	});
	const [said, complained] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
	await child.exited;
	return { code: child.exitCode, signal: child.signalCode, said, complained };
}

const numbers = (lines: { message: string }[], word: string) =>
	lines.filter(({ message }) => message.startsWith(`${word} `)).map(({ message }) => Number(message.slice(word.length + 1)));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('however a process ends', () => {
	it('1000 lines, then SIGTERM -> each is there, in order, and that it stopped', async () => {
		const dir = join(newFolder(), 'made/for/it');
		const { code, said } = await run({ LOG_DIR: dir, LINES: '1000', END: 'SIGTERM' });
		expect(code).toBe(0);
		const lines = linesOf(dir, 'websocket.log');
		expect(numbers(lines, 'line')).toEqual(upTo(1000));
		expect(lines.slice(-3).map(({ message }) => message)).toEqual([
			'SIGTERM: the server stops',
			'closed',
			'the server has stopped',
		]);
		expect(lines[0]).toMatchObject({ level: 'info', message: 'line 1', line: 1, room: 'lobby' });
		expect(readFileSync(join(dir, 'error.log'), 'utf8')).toBe('');
		// Nobody at the terminal is bothered with what went well.
		expect(said).toBe('');
	});

	it('kill -9 -> each error is in both files, with the lines that led to them', async () => {
		const dir = newFolder();
		const { signal, said } = await run({ LOG_DIR: dir, LINES: '200', END: 'SIGKILL' });
		expect(signal).toBe('SIGKILL');
		expect(numbers(linesOf(dir, 'error.log'), 'error')).toEqual(upTo(200));
		expect(numbers(linesOf(dir, 'websocket.log'), 'line')).toEqual(upTo(200));
		expect(numbers(linesOf(dir, 'websocket.log'), 'error')).toEqual(upTo(200));
		expect(said.trimEnd().split('\n')).toHaveLength(200);
	});

	it('an error that nobody caught, then kill -9 in the same turn -> it is there, with its stack', async () => {
		const dir = newFolder();
		await run({ LOG_DIR: dir, LINES: '10', END: 'uncaught' });
		const [error] = linesOf(dir, 'error.log');
		expect(error).toMatchObject({ level: 'error', error: 'Error: nobody caught this', event: 'uncaughtException' });
		expect(error?.stack).toBeArray();
		expect(numbers(linesOf(dir, 'websocket.log'), 'line')).toEqual(upTo(10));
	});

	it('process.exit without a word -> the lines of this turn are written on the way out', async () => {
		const dir = newFolder();
		expect((await run({ LOG_DIR: dir, LINES: '10', END: 'exit' })).code).toBe(3);
		expect(numbers(linesOf(dir, 'websocket.log'), 'line')).toEqual(upTo(10));
	});
});

describe('where lines go', () => {
	it('LOG_DIR=none -> all to the standard output, and no folder is made', async () => {
		const { said } = await run({ LOG_DIR: 'none', LINES: '10', END: 'SIGTERM' });
		const lines = said
			.trimEnd()
			.split('\n')
			.map((each) => JSON.parse(each));
		expect(numbers(lines, 'line')).toEqual(upTo(10));
	});

	it('a folder that cannot be made -> the process does not start, and says which and why', async () => {
		const file = join(newFolder(), 'file');
		writeFileSync(file, '');
		const { code, complained } = await run({ LOG_DIR: join(file, 'logs'), LINES: '10', END: 'SIGTERM' });
		expect(code).not.toBe(0);
		expect(complained).toContain(`LOG_DIR: no log can be written to ${join(file, 'logs')} (ENOTDIR`);
	});

	it('LOG_FILE_BYTES and LOG_FILES -> so many of that size', async () => {
		const dir = newFolder();
		await run({ LOG_DIR: dir, LOG_FILE_BYTES: '65536', LOG_FILES: '2', LINES: '5000', END: 'SIGTERM' });
		expect(readdirSync(dir).sort()).toEqual(['error.log', 'websocket.log', 'websocket.log.1', 'websocket.log.2']);
		const all = ['websocket.log.2', 'websocket.log.1', 'websocket.log'].flatMap((name) => {
			expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(65_536);
			return numbers(linesOf(dir, name), 'line');
		});
		expect(all).toEqual(upTo(5000).slice(-all.length));
	});

	it('started again in one process -> the first one lets go, the second one has the lines', async () => {
		const [first = '', second = ''] = [newFolder(), newFolder()];
		const options = { level: 'info', fileBytes: 65_536, files: 1 } as const;
		await startLogging({ ...options, dir: first });
		getLogger('holdfast').info('to the first');
		const { logger, close } = await startLogging({ ...options, dir: second });
		closing.push(close);
		logger.info('to the second');
		logger.debug('below the level');
		await close();
		await close();
		expect(linesOf(first, 'websocket.log').map(({ message }) => message)).toEqual(['to the first']);
		expect(linesOf(second, 'websocket.log').map(({ message }) => message)).toEqual(['to the second']);
	});
});

describe('a full disk', () => {
	it('S10 the process goes on at its pace, complains once, and the file says what is missing once there is room', async () => {
		const disk = await smallDisk(262_144);
		closing.push(() => disk.remove());
		const writer = disk.run('log-writer.ts', { LOG_DIR: join(disk.path, 'logs'), LINES: '20', END: 'stay' });
		const dir = join(disk.seen, 'logs');
		await until(() => linesOf(dir, 'websocket.log').length > 50, 'lines are written');
		const empty = await disk.fill();
		await until(() => writer.said().includes('takes no lines: ENOSPC'), 'it complains');
		const full = statSync(join(dir, 'websocket.log')).size;
		await empty();
		const missing = await until(
			() => linesOf(dir, 'websocket.log').find(({ message }) => message.includes('lines are missing here: ENOSPC')),
			'the file says what is missing',
		);
		expect(missing.level).toBe('warning');
		expect(statSync(join(dir, 'websocket.log')).size).toBeGreaterThan(full);
		expect(writer.said().match(/takes no lines/g)).toHaveLength(1);
		// The lines that are there and the ones that are missing are all that were written: nothing was lost without a word.
		const lines = linesOf(dir, 'websocket.log');
		const written = numbers(lines, 'line');
		const gone = upTo(written.at(-1) ?? 0).length - written.length;
		const missed = lines.map(({ message }) => Number(message.match(/^(\d+) lines are missing/)?.[1] ?? 0));
		expect(missed.reduce((sum, each) => sum + each)).toBe(gone);
	}, 30_000);

	it('S10 only the logs are on it -> nobody in a room notices', async () => {
		const disk = await smallDisk(262_144);
		closing.push(() => disk.remove());
		const server = await disk.start({ DATA_DIR: newFolder(), LOG_DIR: join(disk.path, 'logs'), LOG_LEVEL: 'debug' });
		const cookie = await cookieJar(server.url)('Ann');
		await disk.fill();
		for (const number of upTo(40)) {
			const peer = new RawPeer(server.url, { cookie });
			await peer.hello({ rooms: ['lobby'] });
			expect(await peer.publish('lobby', `message ${number}`)).toMatchObject({ type: 'ack', offset: number });
			peer.close();
		}
		expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
	}, 30_000);
});
