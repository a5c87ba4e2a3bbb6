/** A WebSocket by hand over TCP, which can stop reading: what the runtime's own WebSocket client cannot do. */
import { connect, type Socket } from 'node:net';
import { decodeServer } from '../../src/lib/protocol/codec.ts';
import type { ServerFrame } from '../../src/lib/protocol/frames.ts';

type Type = ServerFrame['type'];

export class SlowReader {
	readonly frames: ServerFrame[] = [];
	/** The code of the close frame, once one came. */
	closeCode: number | undefined;
	/** Whether TCP is closed by the other side. */
	ended = false;
	readonly #socket: Socket;
	#bytes = Buffer.alloc(0);
	#greeted = false;
	#waiting: { holds: () => boolean; resolve: () => void }[] = [];

	constructor(socket: Socket) {
		this.#socket = socket;
		socket.on('data', (data) => {
			this.#bytes = Buffer.concat([this.#bytes, Buffer.from(data)]);
			this.#parse();
			this.#look();
		});
		for (const event of ['end', 'close', 'error'])
			socket.on(event, () => {
				this.ended = true;
				this.#look();
			});
	}

	static async open(url: string, cookie: string): Promise<SlowReader> {
		const { hostname, port, host } = new URL(url);
		const socket = connect(Number(port), hostname);
		const reader = new SlowReader(socket);
		const headers = [
			'GET /api/websocket HTTP/1.1',
			`Host: ${host}`,
			'Upgrade: websocket',
			'Connection: Upgrade',
			`Cookie: ${cookie}`,
		];
		socket.write(
			`${[...headers, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version: 13'].join('\r\n')}\r\n\r\n`,
		);
		await reader.until(() => reader.#greeted);
		return reader;
	}

	/** Resolves once the condition holds, looked at whenever bytes come. */
	until(holds: () => boolean): Promise<void> {
		return new Promise((resolve) => {
			this.#waiting.push({ holds, resolve });
			this.#look();
		});
	}

	ofType = (type: Type): ServerFrame[] => this.frames.filter((frame) => frame.type === type);
	offsets = (room: string): number[] =>
		this.frames.flatMap((frame) => (frame.type === 'message' && frame.room === room ? [frame.offset] : []));

	stopReading() {
		this.#socket.pause();
	}

	read() {
		this.#socket.resume();
	}

	send(...frames: object[]) {
		const payload = Buffer.from(JSON.stringify(frames.length === 1 ? frames[0] : frames));
		const head = payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 255];
		// A mask of zeros is a mask.
		this.#socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
	}

	destroy() {
		this.#socket.destroy();
	}

	#look() {
		const ready = this.#waiting.filter(({ holds }) => holds());
		this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
		for (const { resolve } of ready) resolve();
	}

	#parse() {
		if (!this.#greeted) {
			const end = this.#bytes.indexOf('\r\n\r\n');
			if (end < 0) return;
			this.#greeted = true;
			this.#bytes = this.#bytes.subarray(end + 4);
		}
		for (let size = this.#take(); size > 0; size = this.#take()) this.#bytes = this.#bytes.subarray(size);
	}

	/** Handles the first frame when all of it is there: its size, else 0. */
	#take(): number {
		const bytes = this.#bytes;
		if (bytes.length < 2) return 0;
		const short = bytes.readUInt8(1) & 0x7f;
		const head = short === 127 ? 10 : short === 126 ? 4 : 2;
		if (bytes.length < head) return 0;
		const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
		if (bytes.length < head + length) return 0;
		const payload = bytes.subarray(head, head + length);
		const opcode = bytes.readUInt8(0) & 0x0f;
		if (opcode === 8) this.closeCode = length >= 2 ? payload.readUInt16BE(0) : 1005;
		if (opcode === 1)
			for (const decoded of decodeServer(payload.toString())) {
				if (!decoded.ok) throw new Error(`a frame that is none came: ${decoded.message}`);
				this.frames.push(decoded.frame);
			}
		return head + length;
	}
}
