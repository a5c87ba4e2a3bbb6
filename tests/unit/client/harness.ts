/** A client on a fake clock, connected to a fake server: what the tests of the client share. */
import { createClient } from '../../../src/lib/client/client.ts';
import type { ClientOptions } from '../../../src/lib/client/options.ts';
import type { Client, ConnectionState, ErrorRecord, RoomHandlers } from '../../../src/lib/client/types.ts';
import type { Message, Position } from '../../../src/lib/protocol/frames.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeServer } from '../../support/fake-server.ts';

class Document extends EventTarget {
	visibilityState = 'visible';
}

export function setup(options: ClientOptions = {}) {
	const clock = new FakeClock();
	const server = new FakeServer(clock);
	const window = new EventTarget();
	const document = new Document();
	const states: ConnectionState['name'][] = [];
	const errors: ErrorRecord[] = [];
	const logger = { debug: () => {}, error: () => {} };
	const create = (more: ClientOptions = {}): Client => {
		const client = createClient({ transport: server.transport, clock, page: { window, document }, logger, ...options, ...more });
		client.on('state', (state) => states.push(state.name));
		client.on('error', (error) => errors.push(error));
		return client;
	};
	return { clock, server, window, document, states, errors, create, client: create() };
}

/** The client has said hello, and was welcomed. */
export async function connected() {
	const all = setup();
	all.client.connect();
	await all.clock.advance(50);
	return all;
}

/** Follows a room and keeps what it is told. */
export function follow(
	client: Client,
	room: string,
	{ position, ...handlers }: Partial<RoomHandlers> & { position?: Position } = {},
) {
	const messages: Message[] = [];
	const results: string[] = [];
	const lives: number[] = [];
	const subscription = client.subscribe(
		room,
		{
			message: (message) => void messages.push(message),
			subscribed: ({ result }) => void results.push(result),
			live: (offset) => void lives.push(offset),
			...handlers,
		},
		position,
	);
	return { subscription, messages, results, lives, offsets: () => messages.map(({ offset }) => offset) };
}

export const texts = (messages: readonly { data: unknown }[]): unknown[] => messages.map(({ data }) => data);
