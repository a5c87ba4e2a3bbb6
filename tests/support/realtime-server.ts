/** The realtime server without the pages: what tests start as a process of its own. Settings come from the environment. */
import { createRealtime } from '../../src/lib/server/create.ts';
import { startLogging } from '../../src/lib/server/logging.ts';
import { readOptions } from '../../src/lib/server/options.ts';
import { serve, untilSignalled } from '../../src/lib/server/serve.ts';
import { startTracing } from '../../src/lib/server/tracing.ts';
import { barePages } from './bare-pages.ts';

const options = readOptions({ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', LOG_DIR: 'none', ...process.env });
const logging = await startLogging(options.logs);
const { logger } = logging;
const tracing = await startTracing(options.tracing, logger);
const realtime = await createRealtime(options, { logger, tracer: tracing.tracer });
const running = serve(realtime, options, barePages(realtime), logger);
untilSignalled(() => running.close().finally(tracing.close), logging);
console.log(`Holdfast listens on ${running.url}`);
