/** The spans of a connection: that it was welcomed until its rooms are live, and of each room how its subscriber got there. */
import type { Connection } from './connection.ts';
import type { Span, SpanFacts, Tracer } from './tracing.ts';

export const startConnect = (tracer: Tracer | undefined, connection: Connection, facts: SpanFacts): Span | undefined =>
	tracer?.start('connect', { connection: connection.id, transport: connection.transport, ...facts });

export const startSubscribe = (tracer: Tracer | undefined, connection: Connection, room: string, resumes: boolean) =>
	tracer?.start('subscribe', { connection: connection.id, room, resumes });

/** Ends the span of a subscribe: at once where the room was at hand, else with the promise, which it passes on. */
export function endWithSubscription(
	span: Span,
	connection: Connection,
	room: string,
	joined: Promise<void> | undefined,
): Promise<void> | undefined {
	const settle = () => {
		const subscription = connection.subscriptions.find((each) => each.room.name === room);
		span.set({ result: subscription?.result ?? 'left', live: subscription?.live ?? false });
		span.end();
	};
	if (joined)
		return joined.then(settle, (error: unknown) => {
			span.fail(error);
			throw error;
		});
	settle();
}
