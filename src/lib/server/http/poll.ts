/** `POST /api/poll`: a body of frames, and one answer to them; held while there is nothing to tell. */
import type { Server } from 'bun';
import { closeCode, type Ending } from '../../protocol/codes.ts';
import { Connection } from '../connection.ts';
import { direct } from '../outgoing.ts';
import { answerOf } from './compression.ts';
import { begin, conclude } from './conversation.ts';
import { PollWire } from './poll-wire.ts';
import { closeResponse, unbuffered } from './refusal.ts';
import { admit, type HttpEndpoint, identify, readFrames } from './request.ts';

export const POLL_PATH = '/api/poll';
/** The longest time that a poll is held, in milliseconds. */
const LONGEST_WAIT = 25_000;
/** Bun cuts a request that is silent for 10 s: one that is held gets this many seconds instead. */
const HELD_TIMEOUT = 60;
/** A long answer of which nobody takes a byte for so many seconds is let go: a minute of such readers would fill the memory. */
const UNREAD_TIMEOUT = 10;
const LONG_ANSWER = 65_536;

export async function answerPoll(to: HttpEndpoint, request: Request, server: Server<Connection>): Promise<Response> {
	const who = await identify(to, request, server);
	const frames = await readFrames(request);
	const hello = admit(to, who, frames, ({ waitMs = 0 }) => waitMs > 0);

	const waitMs = Math.min(hello.waitMs ?? 0, LONGEST_WAIT);
	// One that does not wait for news may still wait for the disk.
	server.timeout(request, HELD_TIMEOUT);
	const connection = new Connection(who.address, who.user, direct, 'long-polling', waitMs > 0);
	connection.expiresAt = who.identity.expiresAt;
	connection.isOperator = who.isOperator;
	return new Promise((resolve) => {
		const over = (ending: Ending, code: number, response: Response | Promise<Response>) => {
			cancel();
			resolve(response);
			conclude(to, connection, wire, ending, code);
		};
		const wire = new PollWire({
			topics: to.topics,
			connection,
			waits: waitMs > 0,
			report: to.report,
			answer(text) {
				if (text.length > LONG_ANSWER) server.timeout(request, UNREAD_TIMEOUT);
				over('client', closeCode.normal, answerOf(request, text, headers));
			},
			refuse: (code, reason) => over('unknown', code, closeResponse(code, reason, connection.refusal)),
		});
		// Also where it does not wait for news: a log that answers nothing must not hold a request for ever.
		const cancel = to.clock.setTimeout(wire.timeUp, waitMs || LONGEST_WAIT);
		begin(to, connection, wire, request, frames);
	});
}

/** Made once: each answer copies them. */
const headers = new Headers({ 'content-type': 'application/json', vary: 'accept-encoding', ...unbuffered });
