/** The recorder of what travels: frames of a connection become the events of subscriptions. */
import { expect, it } from 'bun:test';
import { encode } from '../../../src/lib/protocol/codec.ts';
import type { ClientFrame, ServerFrame } from '../../../src/lib/protocol/frames.ts';
import type { LinkHandlers, Transport } from '../../../src/lib/transports/transport.ts';
import { check } from '../../support/checker.ts';
import { createRecorder, hashOf } from '../../support/history.ts';
import { recordTransport } from '../../support/wire.ts';

function connection() {
	let server: LinkHandlers | undefined;
	const sent: string[] = [];
	const transport: Transport = {
		name: 'websocket',
		open(_, handlers) {
			server = handlers;
			return { transport: 'websocket', send: (text) => sent.push(text), close() {} };
		},
	};
	const recorder = createRecorder({ now: () => 0 });
	const received: string[] = [];
	let greeting: ClientFrame = hello();
	const handlers = {
		greet: async () => () => encode(greeting),
		message: (text: string) => received.push(text),
		close: (code: number) => received.push(`closed ${code}`),
	};
	const link = recordTransport(transport, recorder).open('ws://test', handlers);
	return {
		sent,
		received,
		recorder,
		link,
		greets: async (frame: ClientFrame) => {
			greeting = frame;
			const write = await server?.greet();
			if (write) sent.push(write());
		},
		says: (...frames: ClientFrame[]) => link.send(encode(frames)),
		hears: (...frames: ServerFrame[]) => server?.message(encode(frames)),
		drops: () => server?.close(1006, ''),
		told: () => recorder.events.map(({ at: _, ...event }) => JSON.stringify(event)),
		types: () => recorder.events.map(({ type }) => type),
	};
}
const hello = (position?: { epoch: string; offset: number }): ClientFrame => ({
	type: 'hello',
	version: 1,
	client: 'ann',
	connectionNumber: 1,
	rooms: [{ room: 'r', ...position }],
});
const subscribed = (result: 'fresh' | 'resumed', offset: number): ServerFrame => ({
	type: 'subscribed',
	room: 'r',
	result,
	epoch: 'e',
	offset,
	state: {},
});
const message = (offset: number): ServerFrame => ({
	type: 'message',
	room: 'r',
	offset,
	client: 'bob',
	seq: offset,
	user: { id: 'b', name: 'Bob' },
	kind: 'chat',
	data: { text: 'hi' },
	at: 1,
});

it('passes everything on, unchanged', async () => {
	const { greets, hears, sent, received, drops } = connection();
	await greets(hello());
	hears(message(1));
	drops();
	expect(sent).toEqual([encode(hello())]);
	expect(received).toEqual([encode([message(1)]), 'closed 1006']);
});

it('hello -> subscribed -> messages -> live -> drop is one subscription from its position', async () => {
	const { greets, hears, drops, recorder, types } = connection();
	await greets(hello({ epoch: 'e', offset: 1 }));
	hears(subscribed('resumed', 2), message(2), { type: 'live', room: 'r', offset: 2 });
	drops();
	expect(types()).toEqual(['subscribe', 'subscribed', 'deliver', 'live', 'unsubscribe']);
	expect(recorder.events[0]).toMatchObject({ client: 'ann', room: 'r', position: { epoch: 'e', offset: 1 } });
	expect(recorder.events[2]).toMatchObject({
		epoch: 'e',
		offset: 2,
		sender: 'bob',
		seq: 2,
		hash: hashOf('chat', { text: 'hi' }),
	});
});

it('asking again begins another subscription with the answer, not before', async () => {
	const { greets, says, hears, types, recorder } = connection();
	await greets(hello());
	hears(subscribed('fresh', 0), message(1));
	says({ type: 'subscribe', room: 'r', epoch: 'e', offset: 1 });
	hears(message(2), subscribed('resumed', 2), message(2));
	expect(types()).toEqual(['subscribe', 'subscribed', 'deliver', 'deliver', 'unsubscribe', 'subscribe', 'subscribed', 'deliver']);
	expect(check(recorder.events).map(({ invariant }) => invariant)).toEqual(['I3', 'I3']);
});

it('what comes after an unsubscribe counts no more, and an answer to what was left begins nothing', async () => {
	const { greets, says, hears, types } = connection();
	await greets(hello());
	says({ type: 'unsubscribe', room: 'r' });
	hears(subscribed('fresh', 0), message(1));
	expect(types()).toEqual(['subscribe', 'subscribed', 'unsubscribe']);
});

it('acks and nacks name the client whose message it was', async () => {
	const { greets, hears, told } = connection();
	await greets(hello());
	hears(
		{ type: 'ack', room: 'r', seq: 1, epoch: 'e', offset: 5, at: 1, duplicate: false },
		{ type: 'ack', room: 'r', seq: 1, epoch: 'e', offset: 6, at: 1, duplicate: true, client: 'other' },
		{ type: 'nack', room: 'r', seq: 2, code: 'invalid-data', message: '', retry: false, retryAfterMs: 0, duplicate: false },
	);
	expect(told()).toEqual([
		'{"type":"ack","client":"ann","room":"r","seq":1,"epoch":"e","offset":5,"transport":"websocket"}',
		'{"type":"ack","client":"other","room":"r","seq":1,"epoch":"e","offset":6,"duplicate":true,"transport":"websocket"}',
		'{"type":"nack","client":"ann","room":"r","seq":2,"code":"invalid-data","retry":false}',
	]);
});

it('a skipped message shows, although a client would ask for it again', async () => {
	const { greets, hears, recorder } = connection();
	await greets(hello());
	hears(subscribed('fresh', 0), { type: 'live', room: 'r', offset: 0 }, message(1), message(3));
	expect(check(recorder.events).map(({ invariant }) => invariant)).toContain('I5');
});
