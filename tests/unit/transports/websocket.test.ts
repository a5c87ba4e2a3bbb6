/** A WebSocket that cannot even be made: none in this runtime, or none allowed in this page. */
import { expect, it } from 'bun:test';
import { selectorTransport } from '../../../src/lib/transports/selector.ts';
import { webSocketTransport } from '../../../src/lib/transports/websocket.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { ScriptedTransport } from '../../support/scripted-transport.ts';

const missing = () => {
	throw new ReferenceError('WebSocket is not defined');
};
const greet = async () => () => '{"rooms":[]}';

it('cannot be made -> an attempt that failed, told in its own time, and never after close', async () => {
	const closes: number[] = [];
	const handlers = { greet, message() {}, close: (code: number) => closes.push(code) };
	const transport = webSocketTransport(missing);
	transport.open('ws://host/', handlers);
	expect(closes).toEqual([]);
	await settle();
	expect(closes).toEqual([1006]);
	transport.open('ws://host/', handlers).close(1000, '');
	await settle();
	expect(closes).toEqual([1006]);
	expect(() => transport.open('no address', handlers)).toThrow();
});

it('cannot be made -> HTTP carries; its probes fail, and nothing else', async () => {
	const clock = new FakeClock();
	const http = new ScriptedTransport('long-polling');
	const closes: number[] = [];
	const transport = selectorTransport({ clock, webSocket: webSocketTransport(missing), fallbacks: [http] });
	const link = transport.open('ws://host/', { greet, message() {}, close: (code) => closes.push(code) });
	await settle();
	http.last.says({ type: 'welcome' });
	await clock.advance(120_000);
	expect([link.transport, closes]).toEqual(['long-polling', []]);
	link.close(1000, '');
	expect(clock.pending).toBe(0);
});
