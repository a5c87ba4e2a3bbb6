/** A collector of traces on loopback: takes OTLP with JSON over HTTP, and keeps the spans. */
import * as v from 'valibot';

const value = v.union([
	v.pipe(
		v.object({ stringValue: v.string() }),
		v.transform(({ stringValue }) => stringValue),
	),
	v.pipe(
		v.object({ intValue: v.union([v.number(), v.string()]) }),
		v.transform(({ intValue }) => Number(intValue)),
	),
	v.pipe(
		v.object({ boolValue: v.boolean() }),
		v.transform(({ boolValue }) => boolValue),
	),
]);
const attributes = v.pipe(
	v.array(v.object({ key: v.string(), value: v.unknown() })),
	v.transform((all) =>
		Object.fromEntries(all.flatMap(({ key, value: raw }) => (v.is(value, raw) ? [[key, v.parse(value, raw)] as const] : []))),
	),
);
const span = v.object({
	name: v.string(),
	traceId: v.string(),
	spanId: v.string(),
	parentSpanId: v.optional(v.string()),
	attributes,
	status: v.object({ code: v.number(), message: v.optional(v.string()) }),
});
const body = v.object({
	resourceSpans: v.array(
		v.object({
			resource: v.object({ attributes }),
			scopeSpans: v.array(v.object({ scope: v.object({ name: v.string() }), spans: v.array(span) })),
		}),
	),
});

export type CollectedSpan = v.InferOutput<typeof span>;

export interface Collector {
	/** What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to. */
	url: string;
	spans: CollectedSpan[];
	/** Of the process that sent them. */
	resource: Record<string, unknown>;
	/** Everything that came, as it came. */
	texts: string[];
	close(): Promise<void>;
}

export function startCollector(): Collector {
	const collected: Pick<Collector, 'spans' | 'resource' | 'texts'> = { spans: [], resource: {}, texts: [] };
	const server = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		async fetch(request) {
			if (request.method !== 'POST' || new URL(request.url).pathname !== '/v1/traces') return new Response(null, { status: 404 });
			const text = await request.text();
			collected.texts.push(text);
			for (const { resource, scopeSpans } of v.parse(body, JSON.parse(text)).resourceSpans) {
				collected.resource = resource.attributes;
				for (const { spans } of scopeSpans) collected.spans.push(...spans);
			}
			return Response.json({});
		},
	});
	return Object.assign(collected, {
		url: `http://127.0.0.1:${server.port}`,
		close: () => server.stop(true),
	});
}
