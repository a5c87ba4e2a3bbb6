/** Speaks Socket.IO 4 over engine.io 4, framed by hand: the generator must not be slower for one peer than for another. */
import { addressOf, type Connect, type Link, payload } from './link.ts';

export const connectSocketIo: Connect = (target, member) =>
	new Promise((resolve, reject) => {
		const socket = new WebSocket(`ws://${addressOf(target, member)}/socket.io/?EIO=4&transport=websocket`);
		let delivered = 0;
		let id = 0;
		const link: Link = {
			member,
			get delivered() {
				return delivered;
			},
			spreadMs: 0,
			onAcked() {},
			onClosed() {},
			publish(count) {
				for (let sent = 0; sent < count; sent++) socket.send(`42${++id}["chat","${payload}"]`);
			},
			resend: () => link.publish(1),
			close: () => socket.close(),
		};
		// engine.io: 0 open, 2 ping, 3 pong, 4 message; within a message 0 connected, 2 event, 3 ack.
		socket.onmessage = ({ data }: MessageEvent<string>) => {
			if (data.startsWith('42')) delivered += 1;
			else if (data.startsWith('430')) resolve(link);
			else if (data.startsWith('43')) link.onAcked(1);
			else if (data === '2') socket.send('3');
			else if (data.startsWith('0')) socket.send('40');
			else if (data.startsWith('40') && member.room === null) resolve(link);
			else if (data.startsWith('40')) socket.send(`420["join",${JSON.stringify(member.room)}]`);
		};
		socket.onclose = ({ code }) => {
			reject(new Error(`the connection ended with ${code} before it was joined`));
			link.onClosed(code);
		};
	});
