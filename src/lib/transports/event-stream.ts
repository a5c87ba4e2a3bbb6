/** Strings over an event stream: one long answer for what comes, short requests for what is sent. Read with `fetch`, which tells why it failed. */
import { type HttpOptions, type Listen, openHttpLink } from './http-link.ts';
import { Refusal, Silence } from './http-request.ts';
import { ABNORMAL, type Transport } from './transport.ts';

/** The first text must come within this, in milliseconds, or something on the way collects the stream before passing it on. */
const FIRST_TEXT = 2_500;
/** Silence after which another stream is opened, in milliseconds: a server pings before, as a rule. */
const SILENCE = 45_000;

export function eventStreamTransport(options: HttpOptions = {}): Transport {
	return { name: 'event-stream', open: (url, handlers) => openHttpLink('event-stream', options, url, handlers, stream) };
}

/** Resolves when the server ends the stream, which it does about once a minute. */
const stream: Listen = async ({ hello, ask, deliver }) => {
	const answer = ask('events', { body: `[${hello()}]`, type: 'text/event-stream', ms: FIRST_TEXT });
	let rest = '';
	let empty = true;
	try {
		for await (const part of answer.parts()) {
			const events = (rest + part).split(/\r?\n\r?\n/);
			rest = events.pop() ?? '';
			for (const text of events.map(dataOf).filter(Boolean)) {
				empty = false;
				answer.within(SILENCE);
				deliver(text);
			}
		}
	} catch (error) {
		// This one may have died, or the server pings less often, or this machine slept: the next one tells.
		if (empty || !(error instanceof Silence)) throw error;
	}
	if (empty) throw new Refusal(ABNORMAL, 'The event stream ended before anything came.');
};

const dataOf = (event: string) =>
	event
		.split(/\r?\n/)
		.filter((line) => line.startsWith('data:'))
		.map((line) => line.slice(5).trimStart())
		.join('\n');
