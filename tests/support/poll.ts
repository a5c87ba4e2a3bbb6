/** One request over HTTP as a bare client makes it: a body of frames, and what came back. */
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';
import type { Greeting as AnyGreeting } from './raw-peer.ts';

/** What a hello over HTTP may say. */
export type Greeting = AnyGreeting & { waitMs?: number };

export interface PollOptions {
	cookie?: string;
	headers?: Record<string, string>;
	signal?: AbortSignal;
}

export interface PollAnswer {
	status: number;
	headers: Headers;
	text: string;
	/** Every frame must be one of the protocol. */
	frames: ServerFrame[];
	types: string[];
}

export const helloOf = (client: string, { rooms = [], connectionNumber = 1, version = 1, ...more }: Greeting = {}) => ({
	type: 'hello',
	version,
	client,
	connectionNumber,
	rooms: rooms.map((room) => (typeof room === 'string' ? { room } : room)),
	waitMs: 0,
	...more,
});

/** Posts frames, or a text as it is. */
export async function poll(
	url: string,
	body: string | object[],
	{ cookie, headers = {}, signal }: PollOptions = {},
): Promise<PollAnswer> {
	const response = await fetch(`${url}/api/poll`, {
		method: 'POST',
		body: typeof body === 'string' ? body : JSON.stringify(body),
		headers: { ...headers, ...(cookie && { cookie }) },
		...(signal && { signal }),
	});
	const text = await response.text();
	const frames = (text === '' ? [] : decodeServer(text)).map((decoded) => {
		if (!decoded.ok) throw new Error(`a frame that is none came: ${decoded.message} in ${text.slice(0, 200)}`);
		return decoded.frame;
	});
	return { status: response.status, headers: response.headers, text, frames, types: frames.map(({ type }) => type) };
}
