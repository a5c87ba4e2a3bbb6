/** The built pages and the server that serves them tell one collector, although each has OpenTelemetry by imports of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCollector } from '../support/collector.ts';
import { startServer } from '../support/server.ts';
import { expect, personOn, test } from './app.ts';

test('a page is opened and something said, then SIGTERM -> spans of Kit and of the server, each below its parent', async ({
	browser,
}) => {
	const collector = startCollector();
	const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-tracing-'));
	const server = await startServer({ dataDir, env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
	try {
		const context = await browser.newContext();
		const ann = await personOn(await context.newPage(), `${server.url}/rooms/traced`);
		await ann.say('hush');
		await expect.poll(ann.ticks).toEqual(['stored']);
		await context.close();
		await server.stop();
		const pathOf = (name: string) => {
			const path: string[] = [];
			for (let span = collector.spans.find((each) => each.name === name); span; ) {
				const { parentSpanId, name } = span;
				path.unshift(name);
				span = collector.spans.find(({ spanId }) => spanId === parentSpanId);
			}
			return path;
		};
		expect(pathOf('sveltekit.load')).toEqual(['sveltekit.handle.root', 'sveltekit.resolve', 'sveltekit.load']);
		expect(pathOf('subscribe')).toEqual(['connect', 'subscribe']);
		expect(pathOf('fan-out')).toEqual(['publish', 'fan-out']);
		expect(collector.resource['service.name']).toBe('holdfast');
		expect(collector.texts.join()).not.toContain('hush');
	} finally {
		await server.close();
		await collector.close();
		await rm(dataDir, { recursive: true, force: true });
	}
});
