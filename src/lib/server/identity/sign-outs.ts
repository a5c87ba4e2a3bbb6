/** Who has signed out everywhere, and when: whatever was issued to them before is void, also after a restart. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Identity } from '../identity.ts';
import { networkOf } from '../network.ts';
import { Buckets } from '../token-bucket.ts';

/** Older entries are forgotten with a start, in milliseconds: no token that is good lived longer, those of an app with longer ones aside. */
const KEPT = 2 * 365 * 86_400_000;

/** From one address: each is kept for years, and whoever makes people up to sign them out must not fill the disk. */
const RATE = { perSecond: 0.2, burst: 50 };

const entry = v.pipe(v.string(), v.parseJson(), v.object({ user: v.string(), at: v.number() }));

export class SignOuts {
	readonly #path: string;
	/** By the person's id, wall time. */
	readonly #since: Map<string, number>;
	readonly #rates = new Buckets(RATE);
	#writing: Promise<void> = Promise.resolve();

	/** Reads what is kept in the data folder, and writes it anew without what is old. A line that broke off with the power is left out. */
	constructor(dataDir: string, wall: () => number) {
		mkdirSync(dataDir, { recursive: true });
		this.#path = join(dataDir, 'sign-outs.jsonl');
		const known = read(this.#path);
		this.#since = new Map(known.filter(({ at }) => at > wall() - KEPT).map(({ user, at }) => [user, at]));
		if (this.#since.size < known.length) this.#compact();
	}

	/** Whether a person has signed out everywhere since this was issued. Asked with each request. */
	isVoid = ({ user, issuedAt }: Identity): boolean => {
		if (this.#since.size === 0) return false;
		const since = this.#since.get(user.id);
		return since !== undefined && issuedAt <= since;
	};

	/** Counts one from an address: 0, or the milliseconds until the next may come. `now` is monotonic milliseconds. */
	take(address: string, now: number): number {
		return this.#rates.take(networkOf(address), now);
	}

	/** Holds at once; resolves when it is on the disk too. Rejects where it cannot be written: then it holds until the next start. */
	add(user: string, at: number): Promise<void> {
		this.#since.set(user, at);
		const writing = this.#writing.then(() => this.#append(lineOf(user, at)));
		this.#writing = writing.catch(() => {}); // whoever signs out hears of it
		return writing;
	}

	/** Resolves once what was begun is written. */
	close(): Promise<void> {
		return this.#writing;
	}

	async #append(line: string) {
		const file = await open(this.#path, 'a', 0o600);
		try {
			await file.appendFile(line);
			await file.datasync();
		} finally {
			await file.close();
		}
	}

	#compact() {
		const file = openSync(`${this.#path}.new`, 'w', 0o600);
		writeSync(file, [...this.#since].map(([user, at]) => lineOf(user, at)).join(''));
		fsyncSync(file);
		closeSync(file);
		renameSync(`${this.#path}.new`, this.#path);
	}
}

/** Begins with a newline, so that a line which broke off before it spoils nothing but itself. */
const lineOf = (user: string, at: number) => `\n${JSON.stringify({ user, at })}`;

function read(path: string) {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
		throw error;
	}
	return text.split('\n').flatMap((line) => {
		const { success, output } = v.safeParse(entry, line);
		return success ? [output] : [];
	});
}
