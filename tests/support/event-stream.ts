/** An event stream as a bare client reads it: the events with their ids, and how it ended. */
import { Inbox } from './inbox.ts';

export interface StreamOptions {
	body?: object[] | string;
	hello?: object;
	lastEventId?: string;
	/** Hears each event beside the inbox. */
	received?(text: string): void;
	cookie?: string;
	headers?: Record<string, string>;
}

export class EventStream extends Inbox {
	readonly status: number;
	readonly headers: Headers;
	/** The `id` of the last event: what goes into `Last-Event-ID`. */
	lastEventId = '';
	retry = 0;
	/** Resolves when the server has ended it. */
	readonly ended: Promise<void>;
	readonly #abort: AbortController;
	readonly #received: (text: string) => void;

	private constructor(response: Response, abort: AbortController, received: (text: string) => void = () => {}) {
		super(4_000);
		this.#received = received;
		this.#abort = abort;
		this.status = response.status;
		this.headers = response.headers;
		this.ended = this.#read(response).finally(() => this.end('the stream has ended'));
		// Whoever aborts it did not ask how it ended.
		this.ended.catch(() => {});
	}

	/** With a body by POST, else with a hello by GET. */
	static async open(url: string, { body, hello, lastEventId, received, cookie, headers = {} }: StreamOptions) {
		const query = hello ? `?hello=${Buffer.from(JSON.stringify(hello)).toString('base64url')}` : '';
		const abort = new AbortController();
		const response = await fetch(`${url}/api/events${query}`, {
			method: body === undefined ? 'GET' : 'POST',
			...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
			headers: { ...headers, ...(cookie && { cookie }), ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
			signal: abort.signal,
		});
		return new EventStream(response, abort, received);
	}

	/** Leaves without a word. */
	close() {
		this.#abort.abort();
	}

	async #read(response: Response) {
		if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return this.#hear(await response.text());
		const decoder = new TextDecoder();
		let rest = '';
		const reader = response.body?.getReader();
		for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
			const events = (rest + decoder.decode(part.value, { stream: true })).split('\n\n');
			rest = events.pop() ?? '';
			for (const event of events) for (const line of event.split('\n')) this.#take(line);
		}
	}

	#take(line: string) {
		const [, name, value = ''] = line.match(/^(\w+): (.*)$/) ?? [];
		if (name === 'id') this.lastEventId = value;
		else if (name === 'retry') this.retry = Number(value);
		else if (name === 'data') this.#hear(value);
	}

	#hear(text: string) {
		this.receive(text);
		this.#received(text);
	}
}
