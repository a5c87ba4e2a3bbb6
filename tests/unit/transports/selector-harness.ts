/** A selector over scripted transports, and what it hands on: what its tests share. */
import { selectorTransport } from '../../../src/lib/transports/selector.ts';
import type { Notice } from '../../../src/lib/transports/transport.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';

export const welcome = (connection: string) => ({ type: 'welcome', connection });
export const live = (room: string) => ({ type: 'live', room, offset: 0 });

export function setup({ rooms = ['a', 'b'], storage = new Map<string, string>() } = {}) {
	const clock = new FakeClock();
	clock.chance = 0;
	const webSocket = new ScriptedTransport('websocket');
	const stream = new ScriptedTransport('event-stream');
	const poll = new ScriptedTransport('long-polling');
	const transport = selectorTransport({
		clock,
		webSocket,
		fallbacks: [stream, poll],
		storage: {
			getItem: (key) => storage.get(key) ?? null,
			setItem: (key, value) => storage.set(key, value),
			removeItem: (key) => storage.delete(key),
		},
	});
	const heard: string[] = [];
	const closes: [number, string][] = [];
	const notices: Notice[] = [];
	let greetings = 0;
	const open = () =>
		transport.open('/api/websocket', {
			async greet() {
				greetings += 1;
				const number = greetings;
				return () => JSON.stringify({ type: 'hello', connectionNumber: number, rooms: rooms.map((room) => ({ room })) });
			},
			message: (text) => heard.push(...(JSON.parse(text).map?.(({ type }: { type: string }) => type) ?? [JSON.parse(text).type])),
			close: (code, reason) => closes.push([code, reason]),
			notice: (notice) => notices.push(notice),
		});
	return { clock, webSocket, stream, poll, transport, open, heard, closes, notices, rooms, storage };
}

/** On HTTP, over the event stream, after a WebSocket that was refused. */
export function onHttp(options: Parameters<typeof setup>[0] = {}) {
	const all = setup(options);
	const link = all.open();
	all.webSocket.last.ends(1006);
	all.stream.last.says(welcome('http'), live('a'), live('b'));
	return { ...all, link };
}
