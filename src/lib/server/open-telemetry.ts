/** The tracer that sends its spans to a collector, as OTLP with JSON over HTTP. Loaded by `tracing.ts` alone, and only where one is named. */
import {
	type Context,
	context,
	type Span as OtelSpan,
	type Tracer as OtelTracer,
	ROOT_CONTEXT,
	SpanStatusCode,
	trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
	defaultResource,
	detectResources,
	envDetector,
	resourceFromAttributes,
	serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
	BatchSpanProcessor,
	ParentBasedSampler,
	type SpanExporter,
	TraceIdRatioBasedSampler,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import pkg from '../../../package.json' with { type: 'json' };
import { systemClock } from '../clock.ts';
import { clean } from './log-line.ts';
import type { Logger } from './logging.ts';
import type { Span, SpanFacts, Tracer, Tracing } from './tracing.ts';

/** How long the end of the process waits for the collector, in milliseconds. */
const PATIENCE = 2_000;

export interface OpenTelemetryOptions {
	/** Such as `http://collector:4318`: spans go to `/v1/traces` below it. */
	endpoint: string;
	/** Of all traces, 0 to 1. */
	share: number;
	logger: Logger;
}

export function openTelemetry({ endpoint, share, logger }: OpenTelemetryOptions): Tracing {
	const named = resourceFromAttributes({ 'service.name': 'holdfast', 'service.version': pkg.version });
	const found = detectResources({ detectors: [serviceInstanceIdDetector, envDetector] });
	const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
	const provider = new TracerProvider({
		resource: defaultResource().merge(named).merge(found),
		sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
		spanProcessors: [new BatchSpanProcessor({ exporter: telling(exporter, endpoint, logger) })],
	});
	// Kit's pages look here, in whichever copy of the API they were built with. Its spans know their parents by the context.
	trace.setGlobalTracerProvider(provider);
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	let closed: Promise<void> | undefined;
	return {
		tracer: tracerOf(provider.getTracer('holdfast', pkg.version), ROOT_CONTEXT),
		close() {
			closed ??= Promise.race([provider.shutdown(), patience()])
				.catch((error: unknown) => logger.warn('the last spans were not delivered: {error}', { error }))
				.then(() => {
					trace.disable();
					context.disable();
				});
			return closed;
		},
	};
}

const patience = () => new Promise<void>((resolve) => systemClock.setTimeout(resolve, PATIENCE));

function tracerOf(tracer: OtelTracer, parent: Context): Tracer {
	return {
		start: (name, facts = {}) => spanOf(tracer, parent, tracer.startSpan(name, { attributes: attributesOf(facts) }, parent)),
	};
}

function spanOf(tracer: OtelTracer, parent: Context, span: OtelSpan): Span {
	return {
		...tracerOf(tracer, trace.setSpan(parent, span)),
		set: (facts) => {
			span.setAttributes(attributesOf(facts));
		},
		end() {
			if (span.isRecording()) span.end();
		},
		fail(error) {
			if (!span.isRecording()) return;
			span.setStatus({ code: SpanStatusCode.ERROR, message: clean(error instanceof Error ? error.message : String(error)) });
			span.end();
		},
	};
}

/** Under a name of our own, and as harmless as in the logs. */
const attributesOf = (facts: SpanFacts) =>
	Object.fromEntries(
		Object.entries(facts).map(([name, value]) => [`holdfast.${name}`, typeof value === 'string' ? clean(value) : value]),
	);

/** Says once that the collector takes nothing, and once that it does again: what it misses is gone, and nobody waits for it. */
function telling(exporter: SpanExporter, endpoint: string, logger: Logger): SpanExporter {
	let reached = true;
	return {
		export: (spans, done) =>
			exporter.export(spans, (result) => {
				const reaches = result.code === 0;
				if (reaches !== reached)
					if (reaches) logger.info('spans reach {endpoint} again', { endpoint });
					else logger.warn('spans do not reach {endpoint}: {error}', { endpoint, error: result.error });
				reached = reaches;
				done(result);
			}),
		shutdown: () => exporter.shutdown(),
		forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
	};
}
