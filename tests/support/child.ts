/** A process that a test starts: it ends with the test's own process, however that ends, and the last lines it printed are kept. */

const LINES = 200;
type Ending = 'KILL' | 'TERM';

const children = new Map<Bun.Subprocess, Ending>();
process.on('exit', () => {
	for (const [child, ending] of children) child.kill(`SIG${ending}`);
});

/** The last lines of one process, or of several in turn. */
export class Lines {
	readonly #lines: string[] = [];
	add(line: string) {
		this.#lines.push(line);
		if (this.#lines.length > 2 * LINES) this.#lines.splice(0, LINES);
	}
	tail(): string {
		return this.#lines.slice(-LINES).join('\n');
	}
}

export interface ChildOptions {
	/** All of its environment. */
	env: Record<string, string>;
	/** Called with each line that it prints, on either stream. */
	line(line: string): void;
	/** The signal that it gets when the test's process is gone: TERM for one that has processes of its own to end. @default KILL */
	ending?: Ending;
}

export function startChild(command: string[], { env, line, ending = 'KILL' }: ChildOptions): Bun.Subprocess {
	// The kernel ends the child with us, however we end; elsewhere the exit handler does, unless we are killed ourselves.
	const leash = Bun.which('setpriv') ? ['setpriv', '--pdeathsig', ending, '--'] : [];
	const child = Bun.spawn([...leash, ...command], { env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
	children.set(child, ending);
	child.exited.finally(() => children.delete(child));
	// Both run until the process has gone; a broken pipe means just that.
	for (const stream of [child.stdout, child.stderr]) collect(stream, line).catch(() => {});
	return child;
}

async function collect(stream: ReadableStream<Uint8Array>, keep: (line: string) => void) {
	const reader = stream.getReader();
	const decoder = new TextDecoder();
	let rest = '';
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		const parts = (rest + decoder.decode(part.value, { stream: true })).split('\n');
		rest = parts.pop() ?? '';
		for (const line of parts) keep(line);
	}
	if (rest) keep(rest);
}
