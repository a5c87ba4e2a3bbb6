/** Speaks to the peers "raw" and "ws": the text itself is the message, `ack` the answer. */
import { addressOf, type Connect, type Link, payload } from './link.ts';

export const connectText: Connect = (target, member) =>
	new Promise((resolve, reject) => {
		const query = member.room === null ? '' : `?room=${encodeURIComponent(member.room)}`;
		const socket = new WebSocket(`ws://${addressOf(target, member)}/${query}`);
		let delivered = 0;
		const link: Link = {
			member,
			get delivered() {
				return delivered;
			},
			spreadMs: 0,
			onAcked() {},
			onClosed() {},
			publish(count) {
				for (let sent = 0; sent < count; sent++) socket.send(payload);
			},
			resend: () => socket.send(payload),
			close: () => socket.close(),
		};
		socket.onopen = () => resolve(link);
		socket.onmessage = ({ data }) => {
			if (data === 'ack') link.onAcked(1);
			else delivered += 1;
		};
		socket.onclose = ({ code }) => {
			reject(new Error(`the connection ended with ${code} before it was open`));
			link.onClosed(code);
		};
	});
