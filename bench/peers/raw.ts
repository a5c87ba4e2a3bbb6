/** The peer "raw": a bare `Bun.serve` with native publish that does nothing else. The upper bound of what Bun gives. */

interface Data {
	room: string | null;
}

const server = Bun.serve<Data>({
	hostname: '0.0.0.0',
	port: Number(process.env.PORT),
	fetch(request) {
		const { pathname, searchParams } = new URL(request.url);
		if (pathname === '/readyz') return new Response('ready');
		if (server.upgrade(request, { data: { room: searchParams.get('room') } })) return;
		return new Response('expected an upgrade', { status: 426 });
	},
	websocket: {
		perMessageDeflate: false,
		open(socket) {
			if (socket.data.room) socket.subscribe(socket.data.room);
		},
		message(socket, text) {
			// Everybody in the room gets it, the sender too, as with the other peers; the ack tells the sender to go on.
			if (socket.data.room) server.publish(socket.data.room, text);
			socket.send('ack');
		},
	},
});
