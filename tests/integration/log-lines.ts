/** A server whose log lines a test reads: each as it stands in `websocket.log`. */

import { expect } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type LoggingOptions, startLogging } from '../../src/lib/server/logging.ts';
import { type InProcess, type InProcessOptions, startInProcess, temporaryFolder } from '../support/in-process.ts';
import { until } from '../support/until.ts';

const line = v.looseObject({ timestamp: v.pipe(v.string(), v.isoTimestamp()), level: v.string(), message: v.string() });
export type Line = v.InferOutput<typeof line>;

/** Every line of a file, each of which must parse; none where there is no file. */
export function linesOf(dir: string, name: string): Line[] {
	const path = join(dir, name);
	if (!existsSync(path)) return [];
	const text = readFileSync(path, 'utf8');
	expect(text === '' || text.endsWith('\n')).toBe(true);
	return text
		.split('\n')
		.slice(0, -1)
		.map((each) => v.parse(line, JSON.parse(each)));
}

export interface LoggedServer extends InProcess {
	/** The first line of this message, as soon as it is there. */
	line(message: RegExp): Promise<Line>;
	lines(name?: string): Line[];
	/** The files as they are. */
	text(): string;
}

export async function startLogged(level: LoggingOptions['level'], options: InProcessOptions = {}): Promise<LoggedServer> {
	const folder = temporaryFolder();
	const dir = join(folder.path, 'logs');
	const { logger, close } = await startLogging({ level, dir, fileBytes: 10_485_760, files: 1 }, { print() {} });
	const server = await startInProcess({ ...options, logger });
	const lines = (name = 'websocket.log') => linesOf(dir, name);
	return {
		...server,
		lines,
		line: (message) => until(() => lines().find((each) => message.test(each.message)), `a line like ${message}`),
		text: () => readFileSync(join(dir, 'websocket.log'), 'utf8'),
		async close() {
			await server.close();
			await close();
			folder.remove();
		},
	};
}
