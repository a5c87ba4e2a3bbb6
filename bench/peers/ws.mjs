/** The peer "ws": the usual WebSocket server of Node, with rooms as sets and nothing else. Run by `node`. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const rooms = new Map();
const http = createServer((_request, response) => response.end('ready'));
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on('connection', (socket, request) => {
	const room = new URL(request.url, 'http://localhost').searchParams.get('room');
	if (!room) return;
	const members = rooms.get(room) ?? new Set();
	rooms.set(room, members.add(socket));
	socket.on('message', (data) => {
		for (const member of members) member.send(data, { binary: false });
		socket.send('ack');
	});
	socket.on('close', () => members.delete(socket) && members.size === 0 && rooms.delete(room));
});

http.listen(Number(process.env.PORT), '0.0.0.0');
