/** The one port: upgrades and the API of the realtime server here, every other request to the pages. */
import type { Server } from 'bun';
import type { Connection } from './connection.ts';
import type { RealtimeServer } from './create.ts';
import { compressed } from './http/compression.ts';
import type { Logger, Logging } from './logging.ts';
import type { Options } from './options.ts';

/** The longest body of a request, in bytes: somewhat more than any route takes, so that the route itself can say what it expected. */
const BODY_BYTES = 2_097_152;
/** Seconds for a request to be there as a whole, however it drips, and for the next one on its connection to begin. */
const REQUEST_SECONDS = 10;

/** Answers what is not ours: the built app, the development server, or a test's few routes. */
export type Pages = (request: Request, server: Server<Connection>) => Response | Promise<Response>;

export interface Running {
	/** Where it listens, such as `http://127.0.0.1:3001`. */
	url: string;
	port: number;
	/** Closes every connection, finishes what was taken, and lets go of port and database. Calling it twice does nothing. */
	close(): Promise<void>;
}

/** HTTP/1.0, as health checks speak it, need not say which host it means: then Bun's URL is a path, which no page can parse. */
const named = (request: Request): Request =>
	request.url.startsWith('/') ? new Request(`http://localhost${request.url}`, request) : request;

export function serve(realtime: RealtimeServer, { listen }: Pick<Options, 'listen'>, pages: Pages, logger: Logger): Running {
	const server = Bun.serve<Connection>({
		port: listen.port,
		hostname: listen.host,
		websocket: realtime.websocket,
		maxRequestBodySize: BODY_BYTES,
		idleTimeout: REQUEST_SECONDS,
		fetch(request, server) {
			const { handled, response } = realtime.fetch(request, server);
			if (handled) return response;
			const knock = { request, address: server.requestIP(request)?.address ?? '' };
			return Promise.resolve(pages(named(request), server)).then((page) => compressed(request, realtime.protect(page, knock)));
		},
		error(error) {
			logger.error('unexpected error in a request: {error}', { error });
			return new Response('The server failed on this request.', { status: 500 });
		},
	});
	realtime.start(server);
	let closed: Promise<void> | undefined;
	return {
		url: `http://${listen.host === '0.0.0.0' ? 'localhost' : listen.host}:${server.port}`,
		port: server.port ?? listen.port,
		close() {
			closed ??= realtime.close().finally(() => {
				server.stop(true);
			});
			return closed;
		},
	};
}

/** Runs `close` on SIGTERM and SIGINT, ends at once on the second, and keeps the process alive through errors that nobody caught. */
export function untilSignalled(close: () => Promise<void>, { logger, close: closeLogs }: Logging) {
	let leaving = false;
	const leave = (signal: string) => {
		if (leaving) process.exit(1); // asked twice: whoever asks does not want to wait
		leaving = true;
		logger.info('{signal}: the server stops', { signal });
		close()
			.then(
				() => logger.info('the server has stopped'),
				(error: unknown) => logger.error('stopping failed: {error}', { error }),
			)
			.then(closeLogs)
			.finally(() => process.exit());
	};
	process.on('SIGTERM', leave);
	process.on('SIGINT', leave);
	for (const event of ['uncaughtException', 'unhandledRejection'] as const)
		process.on(event, (error: unknown) => logger.error('{event}: {error}', { event, error }));
}
