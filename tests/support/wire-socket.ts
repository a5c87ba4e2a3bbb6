/** A WebSocket as bytes: sends frames as no library would, and tells what the other side closed with. */
import { connect, type Socket } from 'node:net';
import { until } from './until.ts';

export interface RawFrame {
	opcode: number;
	payload?: Uint8Array | string;
	/** Whether it ends its message. @default true */
	fin?: boolean;
	/** The three reserved bits, 4 the first of them. @default 0 */
	rsv?: number;
	/** What every frame of a client has to be. @default true */
	masked?: boolean;
	/** The length it says it has. @default that of its payload */
	length?: number;
}

const MASK = Buffer.from([0x1d, 0x2e, 0x3f, 0x40]);

export function encodeFrame({ opcode, payload = '', fin = true, rsv = 0, masked = true, length }: RawFrame): Buffer {
	const body = Buffer.from(payload);
	const says = length ?? body.length;
	const head = Buffer.alloc(says < 126 ? 2 : says < 65_536 ? 4 : 10);
	head.writeUInt8((fin ? 0x80 : 0) | (rsv << 4) | opcode, 0);
	head.writeUInt8((masked ? 0x80 : 0) | (says < 126 ? says : says < 65_536 ? 126 : 127), 1);
	if (head.length === 4) head.writeUInt16BE(says, 2);
	if (head.length === 10) head.writeBigUInt64BE(BigInt(says), 2);
	if (!masked) return Buffer.concat([head, body]);
	return Buffer.concat([head, MASK, body.map((byte, index) => byte ^ (MASK[index % 4] ?? 0))]);
}

/** The payload of a close frame. */
export const closePayload = (code: number, reason: Uint8Array | string = ''): Buffer =>
	Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);

export class WireSocket {
	/** What the upgrade was answered with, such as 101; 0 before. */
	status = 0;
	readonly texts: string[] = [];
	pongs = 0;
	/** Of the close frame that came; 1005 where it had none. */
	closeCode: number | undefined;
	/** Whether the other side has closed TCP. */
	ended = false;
	readonly #socket: Socket;
	#bytes: Buffer = Buffer.alloc(0);

	constructor(url: string) {
		const { hostname, port } = new URL(url);
		this.#socket = connect(Number(port), hostname);
		this.#socket.on('data', (data) => {
			this.#bytes = Buffer.concat([this.#bytes, Buffer.from(data)]);
			this.#parse();
		});
		for (const event of ['end', 'close', 'error'])
			this.#socket.on(event, () => {
				this.ended = true;
			});
	}

	/** Asks for a WebSocket with these headers, and waits for the answer. */
	async upgrade(headers: readonly string[], line = 'GET /api/websocket HTTP/1.1'): Promise<number> {
		this.#socket.write(`${[line, ...headers].join('\r\n')}\r\n\r\n`);
		await until(() => this.status > 0 || this.ended, 'an answer to the upgrade');
		return this.status;
	}

	send(...frames: (RawFrame | Uint8Array)[]) {
		this.#socket.write(Buffer.concat(frames.map((frame) => (frame instanceof Uint8Array ? frame : encodeFrame(frame)))));
	}

	/** The end of what this side sends, without a close frame. */
	finish() {
		this.#socket.end();
	}

	reset() {
		this.#socket.resetAndDestroy();
	}

	#parse() {
		if (this.status === 0) {
			const end = this.#bytes.indexOf('\r\n\r\n');
			if (end < 0) return;
			this.status = Number(this.#bytes.toString('latin1', 9, 12));
			this.#bytes = this.#bytes.subarray(end + 4);
		}
		if (this.status !== 101) return;
		for (let size = this.#take(); size > 0; size = this.#take()) this.#bytes = this.#bytes.subarray(size);
	}

	/** Keeps the first frame once all of it is there: its size, else 0. */
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
		if (opcode === 1) this.texts.push(payload.toString());
		else if (opcode === 8) this.closeCode = length >= 2 ? payload.readUInt16BE(0) : 1005;
		else if (opcode === 10) this.pongs += 1;
		return head + length;
	}
}
