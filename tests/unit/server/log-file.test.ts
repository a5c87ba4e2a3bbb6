/** A log file: renamed at its size, kept in bounded number, and never in the way when the disk takes nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../../../src/lib/server/log-file.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryFolder } from '../../support/in-process.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
let failures: string[];
const opened: LogFile[] = [];

function open({ bytes = 1_000, files = 3, name = 'logs/websocket.log' } = {}) {
	const path = join(folder.path, name);
	const file = new LogFile({
		path,
		bytes,
		files,
		now: clock.now,
		failed: (reason) => failures.push(reason),
		missing: (lines) => `${lines} missing\n`,
	});
	opened.push(file);
	return { file, path, text: () => readFileSync(path, 'utf8') };
}

beforeEach(() => {
	folder = temporaryFolder();
	clock = new FakeClock();
	failures = [];
});
afterEach(() => {
	for (const file of opened.splice(0)) file.close();
	folder.remove();
});

describe('a log file', () => {
	it('what one turn of the loop writes is there after it', async () => {
		const { file, text } = open();
		file.write('one\n');
		file.write('two\n');
		expect(text()).toBe('');
		await new Promise((resolve) => setImmediate(resolve));
		expect(text()).toBe('one\ntwo\n');
	});

	it('at its size it is renamed -> so many are kept, none is larger, the newest lines are whole', () => {
		const { file, path } = open({ bytes: 100, files: 3 });
		const descriptors = () => readdirSync('/dev/fd').length;
		const before = descriptors();
		for (let line = 1; line <= 60; line += 1) {
			file.write(`line ${line}\n`);
			file.flush();
		}
		expect(descriptors()).toBe(before);
		const names = ['websocket.log', 'websocket.log.1', 'websocket.log.2', 'websocket.log.3'];
		expect(readdirSync(join(folder.path, 'logs')).sort()).toEqual(names);
		for (const name of names) expect(statSync(join(folder.path, 'logs', name)).size).toBeLessThanOrEqual(100);
		const all = ['.3', '.2', '.1', ''].map((ending) => readFileSync(`${path}${ending}`, 'utf8')).join('');
		const lines = all.trimEnd().split('\n');
		expect(lines).toEqual(lines.map((_, index) => `line ${60 - lines.length + index + 1}`));
	});

	it('none of the older ones is kept where none is wanted', () => {
		const { file, text } = open({ bytes: 20, files: 0 });
		for (const line of ['a'.repeat(15), 'b'.repeat(15)]) {
			file.write(`${line}\n`);
			file.flush();
		}
		expect(text()).toBe(`${'b'.repeat(15)}\n`);
		expect(readdirSync(join(folder.path, 'logs'))).toEqual(['websocket.log']);
	});

	it('an earlier start left some -> it goes on behind it', () => {
		const first = open();
		first.file.write('one\n');
		first.file.close();
		const second = open();
		second.file.write('two\n');
		second.file.flush();
		expect(second.text()).toBe('one\ntwo\n');
	});

	it('somebody renames it, or takes the folder away -> it is made anew', () => {
		const { file, path, text } = open();
		file.write('one\n');
		file.flush();
		renameSync(path, `${path}.old`);
		file.write('two\n');
		file.flush();
		expect(text()).toBe('two\n');
		rmSync(join(folder.path, 'logs'), { recursive: true });
		file.write('three\n');
		file.flush();
		expect(text()).toBe('three\n');
		expect(failures).toEqual([]);
	});

	it('closed twice -> what was gathered is there, and later lines open nothing', () => {
		const { file, path, text } = open();
		file.write('one\n');
		file.close();
		file.close();
		expect(text()).toBe('one\n');
		rmSync(path);
		file.write('two\n');
		file.flush();
		expect(existsSync(path)).toBe(false);
	});
});

describe('a disk that takes nothing', () => {
	it('told once, tried once a second -> the file itself says how many lines are missing', () => {
		const { file, path, text } = open();
		const blocked = join(folder.path, 'logs');
		rmSync(blocked, { recursive: true });
		writeFileSync(blocked, 'a file where the folder should be');
		for (let line = 1; line <= 5; line += 1) {
			file.write(`${line}\n`);
			file.flush();
		}
		expect(failures).toHaveLength(1);
		rmSync(blocked);
		file.write('6\n');
		file.flush();
		expect(existsSync(path)).toBe(false);
		return clock.advance(1_000).then(() => {
			file.write('7\n');
			file.flush();
			expect(text()).toBe('6 missing\n7\n');
			file.write('8\n');
			file.flush();
			expect(text()).toBe('6 missing\n7\n8\n');
		});
	});

	it('it cannot be renamed -> the descriptor that was let go of is not written to', async () => {
		const { file, path, text } = open({ bytes: 20 });
		file.write(`${'a'.repeat(15)}\n`);
		file.flush();
		// A folder with a file in it cannot be renamed over.
		mkdirSync(`${path}.1/kept`, { recursive: true });
		rmSync(`${path}.2`, { force: true, recursive: true });
		mkdirSync(`${path}.2/kept`, { recursive: true });
		mkdirSync(`${path}.3/kept`, { recursive: true });
		file.write(`${'b'.repeat(15)}\n`);
		file.flush();
		expect(failures).toHaveLength(1);
		const innocent = open({ name: 'innocent' });
		await clock.advance(1_000);
		file.write(`${'c'.repeat(15)}\n`);
		file.flush();
		expect(innocent.text()).toBe('');
		expect(text()).toBe(`${'a'.repeat(15)}\n`);
	});

	it('it cannot be opened at the start -> that is thrown', () => {
		writeFileSync(join(folder.path, 'logs'), '');
		expect(() => open()).toThrow();
	});
});
