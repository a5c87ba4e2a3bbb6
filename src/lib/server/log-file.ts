/** A file of log lines that is renamed at a size, of which so many are kept. A disk that takes nothing costs lines, never the server. */
import {
	closeSync,
	existsSync,
	fstatSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** After a write that failed nothing is tried for so many milliseconds: a disk in trouble is not asked with each line. */
const PAUSE = 1_000;
/** Bytes that are gathered at most, within one turn of the event loop. */
const GATHERED = 16_384;

export interface LogFileOptions {
	path: string;
	/** Size at which it is renamed to `path.1`, that to `path.2`, and so on; and how many of those are kept. */
	bytes: number;
	files: number;
	/** Milliseconds, from any origin. */
	now(): number;
	/** The first write that failed, after those that did not. */
	failed(reason: string): void;
	/** A line that says how many are missing, for the file itself, once it takes writes again. */
	missing(lines: number, reason: string): string;
}

export class LogFile {
	readonly #options: LogFileOptions;
	#lines: string[] = [];
	#length = 0;
	#open: { fd: number; inode: number } | undefined;
	#trouble: { reason: string; lost: number; retryAt: number } | undefined;
	#closed = false;

	/** @throws Error when it cannot be opened: who starts a server wants to know it then */
	constructor(options: LogFileOptions) {
		this.#options = options;
		this.#ready(0);
	}

	/** Takes a line; it is in the file at the end of this turn of the event loop, or at once after `flush`. */
	write(line: string) {
		if (this.#closed) return;
		this.#lines.push(line);
		this.#length += line.length;
		if (this.#length >= GATHERED) this.flush();
		else if (this.#lines.length === 1) setImmediate(() => this.flush());
	}

	/** Hands everything to the operating system: it survives the process, however that ends. Never throws. */
	flush() {
		if (this.#lines.length === 0) return;
		const lines = this.#lines;
		this.#lines = [];
		this.#length = 0;
		const { now, failed, missing } = this.#options;
		const before = this.#trouble;
		if (before && now() < before.retryAt) {
			before.lost += lines.length;
			return;
		}
		try {
			if (before && before.lost > 0) lines.unshift(missing(before.lost, before.reason));
			this.#append(Buffer.from(lines.join('')));
			this.#trouble = undefined;
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			const lost = (before?.lost ?? 0) + lines.length - (before && before.lost > 0 ? 1 : 0);
			this.#trouble = { reason, lost, retryAt: now() + PAUSE };
			if (!before) failed(reason);
		}
	}

	/** Writes what it has, and takes no more. Calling it twice does nothing. */
	close() {
		this.flush();
		this.#closed = true;
		this.#letGo();
	}

	#append(bytes: Buffer) {
		const fd = this.#ready(bytes.length);
		let written = 0;
		try {
			while (written < bytes.length) written += writeSync(fd, bytes, written);
		} catch (error) {
			// A disk that fills up takes the beginning of a line: without its end nobody could parse it, or the one after it.
			if (written > 0) ftruncateSync(fd, fstatSync(fd).size - written);
			throw error;
		}
	}

	/** The file that takes `coming` more bytes: renamed where it is full, made anew where somebody took it away. */
	#ready(coming: number): number {
		const { path, bytes } = this.#options;
		const there = statSync(path, { throwIfNoEntry: false });
		const full = there !== undefined && there.size > 0 && there.size + coming > bytes;
		if (this.#open && !full && there?.ino === this.#open.inode) return this.#open.fd;
		// Let go of before anything can fail: the number of a closed file may be a socket's by the next line.
		this.#letGo();
		mkdirSync(dirname(path), { recursive: true });
		if (full) this.#rotate();
		const fd = openSync(path, 'a', 0o640);
		this.#open = { fd, inode: fstatSync(fd).ino };
		return fd;
	}

	#rotate() {
		const { path, files } = this.#options;
		if (files === 0) return rmSync(path);
		for (let number = files - 1; number > 0; number -= 1)
			if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
		renameSync(path, `${path}.1`);
	}

	#letGo() {
		const open = this.#open;
		this.#open = undefined;
		if (open) closeSync(open.fd);
	}
}
