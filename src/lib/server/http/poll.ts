/** `POST /api/poll`: a body of frames, and one answer to them; held while there is nothing to tell. */
import type { Server } from 'bun';
import { closeCode, type Ending } from '../../protocol/codes.ts';
import { Connection } from '../connection.ts';
import { dispatchAll } from '../dispatch.ts';
import { guarded } from '../errors.ts';
import { depart } from '../leaving.ts';
import { direct } from '../outgoing.ts';
import { PollWire } from './poll-wire.ts';
import { closeResponse, refusal } from './refusal.ts';
import { admit, type HttpEndpoint, identify, readFrames } from './request.ts';

export const POLL_PATH = '/api/poll';
/** The longest time that a poll is held, in milliseconds. */
const LONGEST_WAIT = 25_000;
/** Bun cuts a request that is silent for 10 s: one that is held gets this many seconds instead. */
const HELD_TIMEOUT = 60;

export async function answerPoll(to: HttpEndpoint, request: Request, server: Server<Connection>): Promise<Response> {
	if (request.method !== 'POST')
		return refusal(405, 'bad-frame', `${POLL_PATH} takes POST alone`, { headers: { allow: 'POST' } });
	const who = identify(to, request, server);
	if (who instanceof Response) return who;
	const frames = await readFrames(request);
	if (frames instanceof Response) return frames;
	const asked = admit(to, who, frames, ({ waitMs = 0 }) => waitMs > 0);
	if (asked instanceof Response) return asked;

	const waitMs = Math.min(asked.hello.waitMs ?? 0, LONGEST_WAIT);
	if (waitMs > 0) server.timeout(request, HELD_TIMEOUT);
	const connection = new Connection(asked.address, asked.user, direct, 'long-polling', waitMs > 0);
	return new Promise((resolve) => {
		const over = guarded(to.report, 'poll', (ending: Ending, code: number, respond: () => Response) => {
			connection.closed(ending);
			depart(to, connection, code);
			wire.release();
			cancel();
			resolve(respond());
		});
		const wire = new PollWire({
			topics: to.topics,
			connection,
			waits: waitMs > 0,
			report: to.report,
			answer: (text) => over('client', closeCode.normal, () => answer(text)),
			refuse: (code, reason) => over(connection.ending ?? 'unknown', code, () => closeResponse(code, reason, connection.refusal)),
		});
		// Also where it does not wait for news: a log that answers nothing must not hold a request for ever.
		const cancel = to.clock.setTimeout(wire.timeUp, waitMs || LONGEST_WAIT);
		connection.open(wire);
		if (waitMs > 0) {
			to.registry.add(connection);
			request.signal.addEventListener('abort', () => wire.abort());
		}
		guarded(
			to.report,
			'poll',
			() => dispatchAll(to, connection, asked.frames),
			() => connection.end('server-error', closeCode.serverError, 'the server failed on this'),
		)();
		wire.settled();
	});
}

/** No proxy may keep it, change it, or wait for more of it. */
const headers = { 'content-type': 'application/json', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };
const answer = (text: string) => new Response(text, { headers });
