/** A process that writes log lines as the server does, and ends as it is told: what remains of them is the test's to look at. */
import * as v from 'valibot';
import { startLogging } from '../../src/lib/server/logging.ts';
import { readOptions } from '../../src/lib/server/options.ts';
import { untilSignalled } from '../../src/lib/server/serve.ts';

const { LINES, END } = v.parse(
	v.object({ LINES: v.pipe(v.string(), v.toNumber()), END: v.picklist(['SIGTERM', 'SIGKILL', 'exit', 'uncaught', 'stay']) }),
	process.env,
);
const logging = await startLogging(readOptions(process.env).logs);
const { logger } = logging;
untilSignalled(async () => logger.info('closed'), logging);

for (let line = 1; line <= LINES; line += 1) logger.info('line {line}', { line, room: 'lobby' });
if (END === 'SIGKILL') for (let line = 1; line <= LINES; line += 1) logger.error('error {line}', { line });
if (END === 'uncaught') {
	process.once('uncaughtException', () => process.kill(process.pid, 'SIGKILL'));
	throw new Error('nobody caught this');
}
if (END === 'exit') process.exit(3);
if (END === 'stay') {
	let line = LINES;
	setInterval(() => logger.info('line {line}', { line: ++line, padding: 'x'.repeat(200) }), 1);
	console.log('stays');
} else process.kill(process.pid, END);
