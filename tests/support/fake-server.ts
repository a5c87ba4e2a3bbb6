/** A server in memory that speaks `holdfast.v1` honestly, and the transport to it. Faults are ordered by the test, never its own idea. */
import type { Clock } from '../../src/lib/clock.ts';
import { decodeClient } from '../../src/lib/protocol/codec.ts';
import type { ClientFrame, Hello, Message, Nack, Publish, Welcome } from '../../src/lib/protocol/frames.ts';
import type { LinkHandlers, Transport } from '../../src/lib/transports/transport.ts';
import { FakeConnection } from './fake-connection.ts';

type Position = Partial<{ epoch: string; offset: number }>;
type Refusal = Pick<Nack, 'code'> & Partial<Nack>;

interface Log {
	epoch: string;
	messages: Message[];
	/** The first offset that is kept. */
	first: number;
}

export class FakeServer {
	readonly connections: FakeConnection[] = [];
	readonly logs = new Map<string, Log>();
	/** The last seq that counts as used, for each client and room. */
	readonly sequences = new Map<string, number>();
	readonly #refused = new Map<string, Refusal>();
	/** What each room says of itself when it is subscribed to. */
	readonly states = new Map<string, Record<string, unknown>>();
	welcome: Partial<Welcome> = {};
	/** One way, in milliseconds. */
	latency: () => number = () => 5;
	/** How an attempt ends before it opens: a close code; null: it opens; `hang`: nothing ever happens. */
	door: number | 'hang' | null = null;
	/** A refusal of this publish, or null to take it. */
	refuse: (frame: Publish, attempt: number) => Refusal | null = () => null;
	/** Drops the ack on the floor. */
	loseAck: (frame: Publish) => boolean = () => false;
	/** Looks at each frame first; false: the server does not get to see it. */
	intercept: (frame: ClientFrame, connection: FakeConnection) => boolean = () => true;
	readonly #clock: Clock;
	readonly #attempts = new Map<string, number>();

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	readonly transport: Transport = { name: 'websocket', open: (_url, handlers) => this.#open(handlers) };

	get last(): FakeConnection {
		const connection = this.connections.at(-1);
		if (!connection) throw new Error('nobody has connected yet');
		return connection;
	}

	log(room: string): Log {
		const log = this.logs.get(room) ?? { epoch: `epoch-${room}-1`, messages: [], first: 1 };
		this.logs.set(room, log);
		return log;
	}

	head = (room: string): number => this.log(room).messages.length;

	heads(connection: FakeConnection): Record<string, number> {
		return Object.fromEntries([...connection.rooms].map((room) => [room, this.head(room)]));
	}

	/** Somebody else writes. `lost`: the fan-out forgets this connection's copy. */
	write(room: string, data: unknown, { lost = false } = {}): Message {
		return this.#append({ type: 'publish', room, seq: this.head(room) + 1, kind: 'chat', data }, 'somebody-else', lost);
	}

	#open(handlers: LinkHandlers) {
		const { door } = this;
		const connection = new FakeConnection(this.#clock, () => this.latency(), handlers);
		this.connections.push(connection);
		if (typeof door === 'number') connection.close(door);
		const send = (text: string) =>
			connection.later(() => !connection.over && !connection.silent && this.#receive(connection, text));
		if (door === null)
			connection.later(async () => {
				if (connection.over) return;
				const hello = await handlers.greet();
				if (!connection.over) send(hello());
			});
		return {
			transport: 'websocket' as const,
			send,
			close: (code: number, reason: string) => {
				connection.closedByClient = { code, reason };
				// What was sent before the close still arrives before it.
				connection.later(() => {
					connection.over = true;
				});
			},
		};
	}

	#receive(connection: FakeConnection, text: string) {
		connection.texts.push(text);
		for (const decoded of decodeClient(text)) {
			if (!decoded.ok) throw new Error(`the client sent an invalid frame: ${decoded.message}: ${text}`);
			const { frame } = decoded;
			connection.received.push(frame);
			if (!connection.over && this.intercept(frame, connection)) this.#answer(connection, frame);
		}
	}

	#answer(connection: FakeConnection, frame: ClientFrame) {
		switch (frame.type) {
			case 'hello':
				return this.#greet(connection, frame);
			case 'subscribe':
				return this.#subscribe(connection, frame.room, frame);
			case 'unsubscribe':
				return void connection.rooms.delete(frame.room);
			case 'publish':
				return this.#publish(connection, frame);
			case 'ping':
				return connection.send({ type: 'pong', at: frame.at, heads: this.heads(connection) });
			case 'history': {
				const below = this.log(frame.room).messages.filter(({ offset }) => offset < frame.before);
				const messages = below.slice(-frame.limit);
				return connection.send({ type: 'history', room: frame.room, messages, more: messages.length < below.length });
			}
		}
	}

	#greet(connection: FakeConnection, hello: Hello) {
		const older = this.connections.filter((other) => other !== connection && other.hello?.client === hello.client);
		if (older.some((other) => (other.hello?.connectionNumber ?? 0) >= hello.connectionNumber)) return connection.close(4005);
		connection.hello = hello;
		connection.send({
			type: 'welcome',
			version: 1,
			session: 'session',
			connection: `connection-${this.connections.length}`,
			user: { id: 'ann', name: 'Ann' },
			resumed: older.length > 0,
			server: { node: 'a', boot: 'b', version: '0' },
			heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 },
			limits: { frameBytes: 65_536, inFlight: 64 },
			spreadMs: 0,
			...this.welcome,
		});
		for (const { room, ...position } of hello.rooms) this.#subscribe(connection, room, position);
		for (const other of older) other.close(4005);
	}

	#subscribe(connection: FakeConnection, room: string, { epoch, offset }: Position) {
		const log = this.log(room);
		const head = log.messages.length;
		const replay = (result: 'fresh' | 'resumed' | 'gap' | 'reset', after: number, missing?: { from: number; to: number }) => {
			const messages = log.messages.filter((message) => message.offset > after && message.offset >= log.first);
			const subscribed = {
				type: 'subscribed' as const,
				room,
				result,
				epoch: log.epoch,
				offset: head,
				state: this.states.get(room) ?? {},
			};
			connection.send({ ...subscribed, ...(missing && { missing }) }, ...messages, { type: 'live', room, offset: head });
		};
		connection.rooms.add(room);
		if (epoch === undefined || offset === undefined) replay('fresh', head - 50);
		else if (epoch !== log.epoch || offset > head) replay('reset', head - 50);
		else if (offset + 1 < log.first) replay('gap', offset, { from: offset + 1, to: log.first - 1 });
		else replay('resumed', offset);
	}

	#publish(connection: FakeConnection, frame: Publish) {
		const client = frame.client ?? connection.hello?.client ?? '';
		const { room, seq } = frame;
		const foreign = frame.client === undefined ? {} : { client };
		const key = `${client}/${room}`;
		const last = this.sequences.get(key) ?? 0;
		const nack = (refusal: Refusal) =>
			connection.send({
				type: 'nack',
				room,
				seq,
				message: 'no',
				retry: false,
				retryAfterMs: 0,
				duplicate: false,
				...foreign,
				...refusal,
			});
		const message = this.log(room).messages.find((each) => each.client === client && each.seq === seq);
		const refused = this.#refused.get(`${key}/${seq}`);
		if (seq <= last && refused) return nack({ ...refused, duplicate: true });
		if (seq > last + 1) return nack({ code: 'out-of-order', retry: true, expected: last + 1 });
		const attempt = (this.#attempts.get(`${key}/${seq}`) ?? 0) + 1;
		this.#attempts.set(`${key}/${seq}`, attempt);
		const refusal = message ? null : this.refuse(frame, attempt);
		if (refusal) {
			if (!refusal.retry) {
				this.sequences.set(key, seq);
				this.#refused.set(`${key}/${seq}`, refusal);
			}
			return nack(refusal);
		}
		this.sequences.set(key, Math.max(last, seq));
		const { offset, at } = message ?? this.#append(frame, client);
		if (this.loseAck(frame)) return;
		connection.send({
			type: 'ack',
			room,
			seq,
			epoch: this.log(room).epoch,
			offset,
			at,
			duplicate: message !== undefined,
			...foreign,
		});
	}

	#append({ room, seq, kind, data }: Publish, client: string, lost = false): Message {
		const offset = this.head(room) + 1;
		const message: Message = {
			type: 'message',
			room,
			offset,
			client,
			seq,
			user: { id: client, name: client },
			kind,
			data,
			at: this.#clock.wall(),
		};
		this.log(room).messages.push(message);
		for (const connection of this.connections)
			if (!lost && !connection.over && connection.rooms.has(room)) connection.send(message);
		return message;
	}
}
