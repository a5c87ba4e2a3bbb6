/** Logs as JSON lines on the standard output. */
import { configure, getConsoleSink, getJsonLinesFormatter, getLogger, type Logger, type LogLevel } from '@logtape/logtape';

export type { Logger };

/** @param level the least that is written */
export async function createLogger(level: LogLevel): Promise<Logger> {
	await configure({
		reset: true,
		sinks: { console: getConsoleSink({ formatter: getJsonLinesFormatter() }) },
		loggers: [
			{ category: 'holdfast', lowestLevel: level, sinks: ['console'] },
			{ category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['console'] },
		],
	});
	return getLogger('holdfast');
}
