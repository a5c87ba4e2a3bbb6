/** Strings over an event stream: one long answer for what comes, short requests for what is sent. Read with `fetch`, which tells why it failed. */
import { type Listen, openHttpLink } from './http-link.ts';
import { type HttpOptions, Refusal } from './http-request.ts';
import { ABNORMAL, type Transport } from './transport.ts';

/** The first text must come within this, in milliseconds, or something on the way collects the stream before passing it on. */
const FIRST_TEXT = 2_500;
/** Silence on a stream after which it is opened anew, in milliseconds: the server pings before. */
const SILENCE = 45_000;

export function eventStreamTransport(options: HttpOptions): Transport {
	return { name: 'event-stream', open: (url, handlers) => openHttpLink('event-stream', options, url, handlers, stream) };
}

/** Ends when the server ends the stream, which it does about once a minute. */
const stream: Listen = async ({ hello, ask, deliver }) => {
	const { response, within } = ask('events', `[${hello()}]`, 'text/event-stream', FIRST_TEXT);
	const { body } = await response;
	const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	let empty = true;
	for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
		const events = (rest + part.value).split(/\r?\n\r?\n/);
		rest = events.pop() ?? '';
		for (const event of events) {
			const text = dataOf(event);
			if (text === '') continue;
			empty = false;
			within(SILENCE);
			deliver(text);
		}
	}
	if (empty) throw new Refusal(ABNORMAL, 'The event stream ended before anything came.');
};

const dataOf = (event: string) =>
	event
		.split(/\r?\n/)
		.filter((line) => line.startsWith('data:'))
		.map((line) => line.slice(5).trimStart())
		.join('\n');
