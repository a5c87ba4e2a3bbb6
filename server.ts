/** Starts Holdfast: one process, one port, for the pages and for everything live. `--dev` serves the sources with hot reload. */
import pkg from './package.json' with { type: 'json' };
import { createRealtime } from './src/lib/server/create.ts';
import { startLogging } from './src/lib/server/logging.ts';
import { readOptions, settingsOf } from './src/lib/server/options.ts';
import { type Pages, serve, untilSignalled } from './src/lib/server/serve.ts';
import { startTracing } from './src/lib/server/tracing.ts';

async function start(dev: boolean) {
	const options = readOptions(process.env);
	const logging = await startLogging(options.logs);
	const { logger } = logging;
	const tracing = await startTracing(options.tracing, logger);
	const pages = dev ? await developmentPages(options.listen.port) : await builtPages();
	const realtime = await createRealtime(options, { logger, tracer: tracing.tracer, development: dev });
	// Imported in development alone: nothing that breaks things on purpose is loaded anywhere else.
	const stage = dev ? (await import('./scripts/dev/stage.ts')).onStage(realtime, options, logger) : null;
	const running = serve(stage?.realtime ?? realtime, options, pages, logger);
	untilSignalled(() => running.close().finally(tracing.close), logging);
	logger.info('Holdfast {version} listens on {url}', { version: pkg.version, url: running.url, ...settingsOf(options) });
	if (stage) stage.announce(running.port);
	else console.log(`Holdfast listens on ${running.url}`);
}

/** What `bun run build` made. */
async function builtPages(): Promise<Pages> {
	const handler = new URL('./build/handler.js', import.meta.url);
	if (!(await Bun.file(handler).exists())) throw new Error('there is no build yet: run `bun run build` first, or `bun run dev`');
	const { getHandler } = await import(handler.href);
	return getHandler().fetch;
}

/** Vite behind this port: its middlewares listen on a loopback port, hot reload on the port after that which pages are asked from. */
async function developmentPages(port: number): Promise<Pages> {
	const [{ createServer: createVite }, { createServer }] = await Promise.all([import('vite'), import('node:http')]);
	const hmrPort = Number(process.env.HMR_PORT ?? (port === 0 ? 0 : port + 1));
	const vite = await createVite({
		server: { middlewareMode: true, hmr: hmrPort === 0 ? true : { port: hmrPort } },
		appType: 'custom',
	});
	const behind = createServer(vite.middlewares);
	await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
	const address = behind.address();
	if (address === null || typeof address === 'string') throw new Error('the development server found no port');
	return (request) => {
		const { pathname, search } = new URL(request.url);
		return fetch(`http://127.0.0.1:${address.port}${pathname}${search}`, {
			method: request.method,
			headers: request.headers,
			body: request.body,
			redirect: 'manual',
			decompress: false,
			signal: request.signal,
		});
	};
}

start(process.argv.includes('--dev')).catch((error: unknown) => {
	console.error(`Holdfast did not start: ${error instanceof Error ? error.message : error}`);
	process.exit(1);
});
