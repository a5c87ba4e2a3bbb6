/** The fake server behind a real WebSocket port: for what only a real socket can show. */
import { systemClock } from '../../src/lib/clock.ts';
import type { Link } from '../../src/lib/transports/transport.ts';
import { FakeServer } from './fake-server.ts';

export function serveSockets() {
	const server = new FakeServer(systemClock);
	server.latency = () => 0;
	const listener = Bun.serve<{ link: Link | null }, never>({
		port: 0,
		hostname: '127.0.0.1',
		fetch(request, sockets): Response | undefined {
			return sockets.upgrade(request, { data: { link: null } }) ? undefined : new Response(null, { status: 426 });
		},
		websocket: {
			open(socket) {
				const close = (code: number, reason: string) => (code === 1006 ? socket.terminate() : socket.close(code, reason));
				socket.data.link = server.transport.open('', {
					greet: () => new Promise(() => {}), // the client at the other end of the socket greets
					message: (text) => void socket.send(text),
					close,
				});
			},
			message: (socket, text) => socket.data.link?.send(String(text)),
			close: (socket, code, reason) => socket.data.link?.close(code, reason),
		},
	});
	return { server, url: `ws://127.0.0.1:${listener.port}/`, stop: () => listener.stop(true) };
}
