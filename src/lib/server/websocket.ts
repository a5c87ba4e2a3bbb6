/** The WebSocket endpoint: who may upgrade, and the handlers that Bun calls. None of them ever throws. */
import type { Server, ServerWebSocket, WebSocketHandler } from 'bun';
import { closeCode, type Ending } from '../protocol/codes.ts';
import { FRAME_BYTES } from '../protocol/limits.ts';
import type { Admission } from './admission.ts';
import { Connection, SLOW_CONSUMER_BYTES } from './connection.ts';
import { type Dispatcher, dispatch } from './dispatch.ts';
import { guarded } from './errors.ts';
import { refusal } from './http/refusal.ts';
import type { Claim } from './identity/credentials.ts';
import { depart, turnedAway } from './leaving.ts';
import { limitReached, tooManyStrangers } from './limits.ts';
import type { Options } from './options.ts';
import type { Outgoing } from './outgoing.ts';

type Socket = ServerWebSocket<Connection>;

export const WEBSOCKET_PATH = '/api/websocket';
export interface WebSocketEndpoint extends Dispatcher {
	/** From the beginning of the end on. */
	stopping(): boolean;
	admission: Admission;
	outgoing: Outgoing;
	options: Options;
}

/** Upgrades a request to `WEBSOCKET_PATH`: nothing then, else why not. */
export function upgrade(
	endpoint: WebSocketEndpoint,
	request: Request,
	server: Server<Connection>,
): Response | undefined | Promise<Response | undefined> {
	const { admission, credentials, outgoing } = endpoint;
	const knock = { request, address: server.requestIP(request)?.address ?? '' };
	const headers = request.headers;
	// Bun takes an upgrade without `Connection: upgrade`; no browser or proxy sends one.
	if (headers.get('upgrade')?.toLowerCase() !== 'websocket' || !/\bupgrade\b/i.test(headers.get('connection') ?? ''))
		return refusal(426, 'bad-frame', `${WEBSOCKET_PATH} takes WebSocket upgrades alone`, {
			headers: { upgrade: 'websocket', connection: 'upgrade' },
		});
	if (!admission.originAllowed(knock)) {
		turnedAway(endpoint, 'websocket', closeCode.forbidden);
		return refusal(403, 'forbidden', 'pages of this origin may not connect: see ALLOWED_ORIGINS');
	}
	const address = admission.addressOf(knock);
	const retryAfterMs = admission.take(address);
	if (retryAfterMs > 0) {
		turnedAway(endpoint, 'websocket', closeCode.rateLimited, { retryAfterMs });
		return refusal(429, 'rate-limited', 'too many requests from your address', { retryAfterMs });
	}
	const ticket = new URL(request.url).searchParams.get('ticket');
	const open = ({ identity, isOperator }: Claim) => {
		const connection = new Connection(address, identity?.user ?? null, outgoing);
		if (identity) connection.expiresAt = identity.expiresAt;
		connection.isOperator = isOperator;
		if (server.upgrade(request, { data: connection })) return undefined;
		return refusal(400, 'bad-frame', 'the upgrade lacks Sec-WebSocket-Key or Sec-WebSocket-Version: 13');
	};
	// Only a JWT takes its time: whoever brings a cookie, as nearly all do, is let in within this turn.
	const claim = credentials.of(headers, address, ticket);
	return claim instanceof Promise ? claim.then(open) : open(claim);
}

export function createWebSocketHandler(endpoint: WebSocketEndpoint): WebSocketHandler<Connection> {
	const { registry, report } = endpoint;
	const idle = ({ data }: Socket) => {
		data.heard();
		endpoint.allowances.uncounted(data);
	};
	const fail = ({ data }: Socket) => data.end('server-error', closeCode.serverError, 'the server failed on this');

	return {
		open: guarded(
			report,
			'open',
			(socket) => {
				const connection = socket.data;
				connection.open(socket);
				// The log is about to be let go of: who comes now is served after the restart.
				if (endpoint.stopping()) return connection.end('restart', closeCode.restart, 'the server restarts');
				if (admitted(endpoint, connection)) registry.add(connection);
			},
			fail,
		),
		message: guarded(
			report,
			'message',
			(socket: Socket, data: string | Buffer) => {
				if (socket.data.ending) return;
				// Binary frames are no part of the protocol: as text they fail to parse, and count as invalid.
				dispatch(endpoint, socket.data, typeof data === 'string' ? data : '');
			},
			fail,
		),
		// A proxy or a library may keep a connection up with these: any byte is life. Bun answers a ping by itself, however many come.
		ping: guarded(report, 'ping', idle, fail),
		pong: guarded(report, 'pong', idle, fail),
		drain: guarded(report, 'drain', (socket) => socket.data.drain(), fail),
		close: guarded(report, 'close', ({ data: connection }, code, reason) => {
			connection.closed(endingOf(code, reason));
			depart(endpoint, connection, codeOf(code, reason));
		}),
		maxPayloadLength: FRAME_BYTES,
		// Our own limit ends a slow reader with 4101 before this one drops it; whatever happens, nothing is skipped in silence.
		backpressureLimit: 4 * SLOW_CONSUMER_BYTES,
		closeOnBackpressureLimit: true,
		// The registry pings with frames and counts what it hears; Bun re-arms this timer by sending.
		idleTimeout: 0,
		sendPings: false,
		perMessageDeflate: false,
	};
}

/** Whether there is room for one more. Where not, it is told before it is ended, which a refused upgrade could not do. */
function admitted(endpoint: WebSocketEndpoint, connection: Connection): boolean {
	const reached = limitReached(endpoint, connection) ?? tooManyStrangers(endpoint, connection);
	if (!reached) return true;
	connection.error(reached.code, reached.message, { fatal: true, retryAfterMs: reached.retryAfterMs });
	connection.end(reached.code === 'unauthenticated' ? 'protocol' : 'rate-limit', reached.closeCode, reached.code);
	return false;
}

/** Why a connection ended that we did not end. Bun shows its own refusals as 1006 with a reason. */
function endingOf(code: number, reason: string): Ending {
	if (code === closeCode.normal || code === closeCode.goingAway || code === closeCode.noCode) return 'client';
	if (code === closeCode.abnormal) return reason === '' ? 'network' : 'protocol';
	return code >= 4000 ? 'client' : 'protocol';
}

/** What Bun has sent, where it closes for a fault of the other side: it shows that to us as 1006 with a reason. */
function codeOf(code: number, reason: string): number {
	if (code !== closeCode.abnormal || reason === '') return code;
	return /too big/i.test(reason) ? closeCode.tooBig : closeCode.protocolError;
}
