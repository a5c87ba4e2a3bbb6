/** `/api/events`: what a WebSocket would bring, as server-sent events, for about a minute; positions travel in the `id`. */
import type { Server } from 'bun';
import { decodeClient } from '../../protocol/codec.ts';
import { closeCode, type Ending } from '../../protocol/codes.ts';
import { Connection } from '../connection.ts';
import { guarded } from '../errors.ts';
import { direct } from '../outgoing.ts';
import { begin, conclude } from './conversation.ts';
import { askedPositions, encodePositions, resumeFrom } from './positions.ts';
import { closeResponse, unbuffered } from './refusal.ts';
import { admit, type HttpEndpoint, identify, readFrames } from './request.ts';
import { StreamWire } from './stream-wire.ts';

export const EVENTS_PATH = '/api/events';
/** A stream ends after this time and up to a random fifth more, in milliseconds: proxies cut those that last, and nobody returns in step. */
const LIFETIME = 50_000;
const LIFETIME_SPREAD = 10_000;
/** Longer than a stream may be silent, in seconds. */
const STREAM_TIMEOUT = 120;

export async function answerEvents(to: HttpEndpoint, request: Request, server: Server<Connection>): Promise<Response> {
	const who = await identify(to, request, server);
	const frames = request.method === 'POST' ? await readFrames(request) : decodeClient(helloOf(request));
	resumeFrom(
		admit(to, who, frames, () => true),
		request.headers.get('last-event-id'),
	);
	server.timeout(request, STREAM_TIMEOUT);
	const connection = new Connection(who.address, who.user, direct, 'event-stream');
	connection.expiresAt = who.identity.expiresAt;
	connection.isOperator = who.isOperator;
	const before = askedPositions(frames);
	let refused: { code: number } | undefined;
	const wire = new StreamWire({
		topics: to.topics,
		connection,
		report: to.report,
		// Whoever posts knows its positions: only a browser's own EventSource hands an id back.
		positions: request.method === 'GET' ? () => encodePositions(connection.subscriptions, before) : null,
		over(code) {
			cancel();
			if (code !== closeCode.normal && code !== closeCode.noCode) refused = { code };
			conclude(to, connection, wire, endingOf(code), code);
		},
	});
	const expire = guarded(to.report, 'event-stream', () =>
		connection.end('client', closeCode.normal, 'it has lasted long enough'),
	);
	const cancel = to.clock.setTimeout(expire, LIFETIME + to.clock.random() * LIFETIME_SPREAD);
	begin(to, connection, wire, request, frames);
	// Nothing has been sent yet: a status says it better than a stream that ends.
	if (refused) return closeResponse(refused.code, 'refused', connection.refusal);
	return new Response(wire.stream, { headers });
}

const headers = { 'content-type': 'text/event-stream', ...unbuffered };

/** Where the client left, the end is its own. */
const endingOf = (code: number): Ending => (code === closeCode.normal || code === closeCode.noCode ? 'client' : 'unknown');

const helloOf = (request: Request): string =>
	Buffer.from(new URL(request.url).searchParams.get('hello') ?? '', 'base64url').toString();
