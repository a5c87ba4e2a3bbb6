/**
 * The server that the torture starts: the product without its pages, which trims its log often enough for gaps to happen, and
 * which breaks the promise that `MUTANT` names. Product code knows none of these variables.
 */
import * as v from 'valibot';
import { systemClock } from '../../../src/lib/clock.ts';
import { createRealtime } from '../../../src/lib/server/create.ts';
import { openSqliteLog } from '../../../src/lib/server/log/sqlite.ts';
import { startLogging } from '../../../src/lib/server/logging.ts';
import { readOptions } from '../../../src/lib/server/options.ts';
import { serve, untilSignalled } from '../../../src/lib/server/serve.ts';
import { barePages } from '../bare-pages.ts';
import { createRandom } from '../random.ts';
import { mutantNames, mutants } from './mutants.ts';
import { copyNowAndThen, loseWhatIsNotOnDisk } from './snapshot.ts';

const { MUTANT, MUTANT_SEED, TRIM_EVERY_MS } = v.parse(
	v.object({
		MUTANT: v.optional(v.picklist(mutantNames)),
		MUTANT_SEED: v.optional(v.string(), '1'),
		TRIM_EVERY_MS: v.optional(v.pipe(v.string(), v.toNumber(), v.minValue(10)), '500'),
	}),
	process.env,
);
const options = readOptions({ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', LOG_DIR: 'none', ...process.env });
const logging = await startLogging(options.logs);
const { logger } = logging;

if (MUTANT === 'early-ack') loseWhatIsNotOnDisk(options.dataDir);
const stored = await openSqliteLog({ ...options, clock: systemClock });
const stopCopies = MUTANT === 'early-ack' ? copyNowAndThen(options.dataDir) : () => {};
const log = MUTANT ? mutants[MUTANT](stored, createRandom(MUTANT_SEED)) : stored;
const trimming = setInterval(() => {
	stored.trim().catch((error: unknown) => logger.error('trimming failed: {error}', { error }));
}, TRIM_EVERY_MS);

const realtime = await createRealtime(options, { logger, log });
const running = serve(realtime, options, barePages(realtime), logger);
untilSignalled(async () => {
	stopCopies();
	clearInterval(trimming);
	await running.close();
}, logging);
console.log(`Holdfast listens on ${running.url}`);
