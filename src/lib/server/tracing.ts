/** Spans of what the server does, for whoever collects traces. Where nobody does there is no tracer, and `tracer?.start` is all that remains. */
import type { Logger } from './logging.ts';
import type { Options } from './options.ts';

/** Counts, ids and names of rooms: never what a message says. */
export type SpanFacts = Record<string, string | number | boolean>;

export interface Tracer {
	/** Begins a span: of a tracer one by itself, of a span its child. */
	start(name: string, facts?: SpanFacts): Span;
}

export interface Span extends Tracer {
	set(facts: SpanFacts): void;
	/** It is over; what comes after that is not part of it. Calling it twice does nothing. */
	end(): void;
	/** It is over, and went wrong. */
	fail(error: unknown): void;
}

export interface Tracing {
	tracer: Tracer | undefined;
	/** Sends what is left, for two seconds at most. Calling it twice does nothing. */
	close(): Promise<void>;
}

/**
 * Loads OpenTelemetry where a collector is named, and nothing otherwise. Called before the pages are loaded: Kit's own spans
 * find the same collector through the one global slot of OpenTelemetry.
 */
export async function startTracing({ endpoint, share }: Options['tracing'], logger: Logger): Promise<Tracing> {
	if (endpoint === undefined) return { tracer: undefined, close: async () => {} };
	const { openTelemetry } = await import('./open-telemetry.ts');
	return openTelemetry({ endpoint, share, logger });
}
