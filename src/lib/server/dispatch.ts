/** From a text to what it asks for: every frame of a client comes through here, in order. */

import type { Clock } from '../clock.ts';
import { decodeClient } from '../protocol/codec.ts';
import { closeCode, type ErrorCode } from '../protocol/codes.ts';
import type { Decoded } from '../protocol/decoder.ts';
import type { ClientFrame } from '../protocol/frames.ts';
import { INVALID_FRAMES, ROOMS_PER_CONNECTION } from '../protocol/limits.ts';
import type { Allowances } from './allowances.ts';
import type { Connection } from './connection.ts';
import type { Report } from './errors.ts';
import { type Greeter, greet, join, overtaken } from './greeting.ts';
import { answerHistory } from './history.ts';
import type { Credentials } from './identity/credentials.ts';
import type { People } from './identity/people.ts';
import type { MessageLog } from './log/message-log.ts';
import type { Timings } from './monitor/monitor.ts';
import type { Publisher } from './publisher.ts';
import { isSystemRoom, NOT_OPEN } from './rights.ts';
import type { Session } from './session.ts';
import type { Signals } from './signals.ts';

export interface Dispatcher extends Greeter {
	log: MessageLog;
	publisher: Publisher;
	signals: Signals;
	credentials: Credentials;
	people: People;
	allowances: Allowances;
	clock: Clock;
	report: Report;
	timings: Timings;
}

/** Handles one text of a connection. Synchronous up to the place in the next transaction, so that order is kept. */
export function dispatch(to: Dispatcher, connection: Connection, text: string) {
	connection.heard();
	dispatchAll(to, connection, decodeClient(text));
}

/** Handles frames that came together and were decoded already. */
export function dispatchAll(to: Dispatcher, connection: Connection, frames: readonly Decoded<ClientFrame>[]) {
	let pings = 0;
	for (const decoded of frames) {
		if (connection.ending) return;
		const { session } = connection;
		if (!decoded.ok) refuse(to, connection, decoded.code, decoded.message);
		else if (decoded.frame.type === 'ping' && session) pong(to, connection, decoded.frame.at, pings++ === 0);
		else if (session) perform(to, connection, session, decoded.frame);
		else if (decoded.frame.type === 'hello') later(to, connection, greet(to, connection, decoded.frame));
		else refuse(to, connection, 'hello-expected', `expected a hello before the first ${decoded.frame.type}`);
	}
}

/** The rooms' heads ride along with the first pong of a text alone: one full of pings must not cost them each time. */
function pong(to: Dispatcher, connection: Connection, at: number, first: boolean) {
	to.allowances.uncounted(connection);
	connection.answer({ type: 'pong', at, heads: first ? to.hub.heads(connection) : {} });
}

function perform(to: Dispatcher, connection: Connection, session: Session, frame: ClientFrame) {
	if (overtaken(session, connection)) return;
	if (frame.type !== 'pong') session.activeAt = to.registry.now;
	switch (frame.type) {
		case 'publish':
			return to.publisher.publish(connection, session, frame);
		case 'ping':
			return; // `dispatch` has answered it
		case 'pong':
			if (connection.echoed(frame.at, to.clock.now())) to.timings.roundTrip.record(connection.roundTripMs ?? 0);
			else to.allowances.uncounted(connection);
			return session.reports(frame.outbox);
		case 'subscribe':
			if (connection.subscriptions.length >= ROOMS_PER_CONNECTION && !follows(connection, frame.room))
				return tell(to, connection, 'rate-limited', `a connection follows at most ${ROOMS_PER_CONNECTION} rooms`, {
					room: frame.room,
				});
			if (allowed(to, connection, session, frame)) later(to, connection, join(to, connection, frame, to.tracer));
			return;
		case 'unsubscribe':
			to.allowances.uncounted(connection);
			return to.hub.unsubscribe(connection, frame.room);
		case 'history':
			if (allowed(to, connection, session, frame))
				later(
					to,
					connection,
					counted(
						connection,
						answerHistory(to.log, connection, frame, () => opens(to, connection, frame.room)),
					),
				);
			return;
		case 'signal':
			if (allowed(to, connection, session, frame)) signal(to, connection, frame);
			return;
		case 'auth':
			to.allowances.uncounted(connection);
			return later(to, connection, counted(connection, authenticate(to, connection, frame.token)));
		case 'hello':
			return refuse(to, connection, 'bad-frame', 'hello: one is enough');
	}
}

/** A token of the same person prolongs the connection; any other changes nothing. */
async function authenticate(to: Dispatcher, connection: Connection, token: string) {
	const identity = await to.credentials.verify(token);
	if (identity && identity.user.id === connection.user?.id) {
		to.people.prolong(connection, identity);
		// Over HTTP what it is said to is not what listens.
		const listening = connection.session?.connection;
		if (listening) to.people.prolong(listening, identity);
	} else tell(to, connection, 'unauthenticated', 'the token is not a valid identity of the person who is connected');
}

/** Over HTTP the request that sends need not be the one that follows the room: that the person does is enough. */
function signal({ hub, signals }: Dispatcher, { user }: Connection, { room, kind, data }: ClientFrame & { type: 'signal' }) {
	if (user && signals.passes(room, user, kind)) hub.mention(room, JSON.stringify({ type: 'signal', room, user, kind, data }));
}

const opens = ({ rights }: Dispatcher, { user }: Connection, room: string) => user !== null && rights.mayEnter(user, room);

const follows = (connection: Connection, room: string) =>
	connection.subscriptions.some((subscription) => subscription.room.name === room);

/** Reads and signals share the rate of publishing. In a room of the server's own there is nothing to read and nobody to signal. */
function allowed(to: Dispatcher, connection: Connection, session: Session, { type, room }: Asking): boolean {
	// Of subscribing `join` decides.
	const open = type === 'subscribe' || opens(to, connection, room);
	const refusal = to.allowances.spend(connection, session, open && type === 'signal' ? room : null, to.clock.now());
	if (refusal) tell(to, connection, 'rate-limited', refusal.message, { retryAfterMs: refusal.retryAfterMs, room });
	else if (open) return true;
	else tell(to, connection, 'forbidden', isSystemRoom(room) ? 'this room can only be followed' : NOT_OPEN, { room });
	return false;
}
type Asking = Extract<ClientFrame, { type: 'subscribe' | 'history' | 'signal' }>;

/** Refuses a frame; the connection goes on. */
function tell(
	{ incidents }: Dispatcher,
	connection: Connection,
	code: ErrorCode,
	message: string,
	about: { room?: string; retryAfterMs?: number } = {},
) {
	connection.error(code, message, about);
	incidents.error(connection, code, about);
}

function refuse(to: Dispatcher, connection: Connection, code: ErrorCode, message: string) {
	tell(to, connection, code, message);
	// A newer client may know more than we do.
	if (code === 'unknown-type') return to.allowances.uncounted(connection);
	connection.invalid += 1;
	if (connection.invalid >= INVALID_FRAMES) connection.end('protocol', closeCode.badFrames, `${INVALID_FRAMES} invalid frames`);
}

/** Work whose answer is one frame, not a replay. */
function counted(connection: Connection, work: Promise<void>): Promise<void> {
	connection.unanswered += 1;
	return work.finally(() => {
		connection.unanswered -= 1;
	});
}

/** Work that waits for the log: should it fail, this one connection ends and resumes. */
function later(to: Dispatcher, connection: Connection, work: Promise<void> | undefined) {
	work?.catch((error: unknown) => {
		to.report('frame', error);
		connection.end('server-error', closeCode.serverError, 'the server could not answer');
	});
}
