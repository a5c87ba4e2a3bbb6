/** Where log lines go: `websocket.log` and `error.log` in a folder, and the standard output. */
import { resolve } from 'node:path';
import { configure, getLogger, type Logger, type LogLevel, type LogRecord } from '@logtape/logtape';
import { type Clock, systemClock } from '../clock.ts';
import { LogFile } from './log-file.ts';
import { lineOf } from './log-line.ts';

export type { Logger };

export interface LoggingOptions {
	/** The least that is written. */
	level: LogLevel;
	/** Folder of the files; null: everything goes to the standard output. */
	dir: string | null;
	/** Bytes at which a file is renamed, and how many renamed ones are kept of each. */
	fileBytes: number;
	files: number;
}

export interface Logging {
	logger: Logger;
	/** Writes what is still gathered and closes the files. Calling it twice does nothing. */
	close(): Promise<void>;
}

const severe: ReadonlySet<LogLevel> = new Set(['error', 'fatal']);

/**
 * Every line from `level` up is in `websocket.log`, errors are in `error.log` too, and whoever looks at the terminal sees warnings and errors.
 * Starting again, as development does with each change, closes the files of the one before.
 * @throws Error when the folder cannot be written
 */
export async function startLogging(
	options: LoggingOptions,
	{ clock = systemClock, print = (line) => console.log(line) }: { clock?: Clock; print?: (line: string) => void } = {},
): Promise<Logging> {
	const files = options.dir === null ? undefined : openFiles(resolve(options.dir), options, clock, print);
	const sink = (record: LogRecord) => {
		const line = lineOf(record);
		if (!files || record.level === 'warning' || severe.has(record.level)) print(line.trimEnd());
		files?.all.write(line);
		if (!files || !severe.has(record.level)) return;
		// What led to an error is as good as the error itself, and the next thing may be the end of the process.
		files.all.flush();
		files.errors.write(line);
		files.errors.flush();
	};
	const close = () => {
		process.off('exit', close);
		files?.all.close();
		files?.errors.close();
	};
	// Not left to LogTape: on exit it waits for a promise, which nobody resolves any more.
	process.on('exit', close);
	await configure({
		reset: true,
		// It is called when LogTape is configured again.
		sinks: { lines: Object.assign(sink, { [Symbol.dispose]: close }) },
		loggers: [
			{ category: 'holdfast', lowestLevel: options.level, sinks: ['lines'] },
			{ category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['lines'] },
		],
	});
	return { logger: getLogger('holdfast'), close: async () => close() };
}

function openFiles(dir: string, { fileBytes, files }: LoggingOptions, clock: Clock, print: (line: string) => void) {
	const report = (level: LogLevel, message: string) =>
		lineOf({ timestamp: clock.wall(), level, message: [message], properties: {} });
	const open = (name: string) => {
		const path = `${dir}/${name}`;
		return new LogFile({
			path,
			bytes: fileBytes,
			files,
			now: clock.now,
			// Past every file, so that a line about a disk that takes no lines is not written to it.
			failed: (reason) => print(report('error', `${path} takes no lines: ${reason}`).trimEnd()),
			missing: (lines, reason) => report('warning', `${lines} lines are missing here: ${reason}`),
		});
	};
	try {
		return { all: open('websocket.log'), errors: open('error.log') };
	} catch (error) {
		throw new Error(`LOG_DIR: no log can be written to ${dir} (${error instanceof Error ? error.message : error})`, {
			cause: error,
		});
	}
}
