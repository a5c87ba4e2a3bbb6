/** The peer "Socket.IO": rooms of its own, every message acknowledged, nothing stored. Run by `node`. */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer((_request, response) => response.end('ready'));
const server = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });

server.on('connection', (socket) => {
	let room;
	socket.on('join', (name, done) => {
		room = name;
		socket.join(name);
		done();
	});
	socket.on('chat', (text, done) => {
		server.to(room).emit('chat', text);
		done();
	});
});

http.listen(Number(process.env.PORT), '0.0.0.0');
