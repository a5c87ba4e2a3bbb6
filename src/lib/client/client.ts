/** The client: puts its parts together and hands frames to the one that knows them. */
import type { ClientFrame, ErrorFrame, Hello as HelloFrame, ServerFrame, Welcome } from '../protocol/frames.ts';
import { FRAME_BYTES, IN_FLIGHT, SIGNAL_LENGTH } from '../protocol/limits.ts';
import { ABNORMAL, type Hello, type TransportName } from '../transports/transport.ts';
import { createAckWatch } from './ack-watch.ts';
import { bytesOf } from './batch.ts';
import { checkCount, checkKind, checkRoom, plain } from './checks.ts';
import { createConnector } from './connector.ts';
import { localDrop } from './drop.ts';
import { RealtimeError } from './errors.ts';
import { createHello } from './hello.ts';
import { createHistory } from './history.ts';
import { createJournal } from './journal.ts';
import { type GivenTransport, resolveOptions } from './options.ts';
import { createOutbox } from './outbox.ts';
import { createRooms } from './rooms.ts';
import { createSelf } from './self.ts';
import type { Client, Drop } from './types.ts';

/**
 * A client that is `idle` until `connect()`; messages and subscriptions are taken before.
 * @throws RealtimeError `invalid-option`
 */
export function createClient(given: GivenTransport): Client {
	const options = resolveOptions(given);
	const { clock } = options;
	const journal = createJournal(options, () => connector.connection?.probe());
	const { statistics, emit, report } = journal;
	const { messages } = statistics.counts;
	let limits: Welcome['limits'] = { frameBytes: FRAME_BYTES, inFlight: IN_FLIGHT };
	let aliveAt: number | null = null;
	let isFlushing = false;
	const ackWatch = createAckWatch(options);

	const fits = (frame: ClientFrame) => bytesOf(frame) <= limits.frameBytes;
	const closedError = () => new RealtimeError('closed', 'the client is closed');

	const self = createSelf(options, emit, (token) => connector.connection?.send({ type: 'auth', token }));
	const history = createHistory(options);
	const rooms = createRooms({
		clock,
		guard: journal.guard,
		send: (frame) => connector.connection?.send(frame),
		broken: (room) => connector.connection?.end(localDrop(ABNORMAL, `The server left out a message of "${room}" twice.`)),
		received: (duplicate) => void messages[duplicate ? 'duplicates' : 'received']++,
		live() {
			statistics.live(clock.now());
			emit('live');
		},
	});
	const outbox = createOutbox(options, {
		changed: (item) => emit('outbox', item),
		failed(error) {
			messages.failed++;
			report(error);
		},
		ready: flushSoon,
		storeFailed: report,
		fits,
	});
	const connector = createConnector(options, {
		renew: self.renew,
		state: journal.state,
		prepare: outbox.loaded,
		greet,
		waiting: outbox.waiting,
		connected,
		moved,
		frame: receive,
		notice: journal.notice,
		invalid: (message) => report(new RealtimeError('bad-frame', message)),
		dropped,
		probed: journal.probed,
		why: journal.why,
		proven: outbox.proven,
		closed() {
			const error = closedError();
			leave(error);
			outbox.close(error);
		},
	});

	async function greet(lastClose: HelloFrame['lastClose']): Promise<Hello> {
		return createHello(await outbox.count(), rooms.hello, outbox.waiting, lastClose);
	}

	function connected(frame: Welcome, transport: TransportName) {
		journal.welcome(frame, transport);
		aliveAt = clock.wall();
		limits = frame.limits;
		rooms.connected(connector.connection?.outdated);
		outbox.connected(frame.user.id, self.welcomed(frame));
		flush();
	}

	function moved(frame: Welcome) {
		journal.moved(frame);
		limits = frame.limits;
		outbox.dropped(false);
		rooms.connected(true);
		for (const request of history.frames()) connector.connection?.send(request);
		flush();
	}

	function receive(frame: ServerFrame) {
		aliveAt = clock.wall();
		if (frame.type === 'pong') measure(frame.at);
		if (frame.type === 'ack' || frame.type === 'nack') settle(frame);
		else if (frame.type === 'history') history.take(frame.room)?.resolve(frame);
		else if (frame.type === 'ping' || frame.type === 'pong') rooms.heads(frame.heads);
		else if (frame.type === 'error') refused(frame);
		else if (frame.type === 'drain') connector.move(frame.withinMs);
		else if (frame.type === 'user') self.renamed(frame.user);
		else rooms.receive(frame);
	}

	/** The echo of a ping of this connection is a round trip. */
	function measure(at: number) {
		const ms = clock.now() - at;
		if (ms < 0 || at < (connector.connection?.openedAt ?? 0)) return;
		statistics.roundTrip(ms);
		emit('roundTrip', ms);
	}

	function settle(frame: Extract<ServerFrame, { type: 'ack' | 'nack' }>) {
		if (frame.type === 'nack') outbox.nack(frame);
		else if (outbox.ack(frame)) messages.acked++;
		ackWatch.stop();
		watchAcks();
		flushSoon();
		connector.checkStable();
	}

	/** What is not fatal, or it would end up in the drop. */
	function refused(frame: ErrorFrame) {
		const error = new RealtimeError(frame.code, frame.message);
		report(error);
		if (frame.room !== undefined && !rooms.refused(frame, error)) history.take(frame.room)?.reject(error);
	}

	function dropped(drop: Drop, connectedMs: number | null, transport: TransportName) {
		outbox.dropped(drop.class === 'payload');
		leave(new RealtimeError('disconnected', drop.reason));
		journal.drop(drop, { connectedMs, transport, silentMs: connectedMs === null ? 0 : clock.wall() - (aliveAt ?? 0) });
	}

	/** No answer will come any more. */
	function leave(error: RealtimeError) {
		ackWatch.stop();
		self.left();
		rooms.dropped();
		history.fail(error);
	}

	function flush() {
		isFlushing = false;
		if (connector.state.name !== 'connected') return;
		for (const frame of outbox.take(limits.inFlight)) {
			messages.sent++;
			connector.connection?.send(frame);
		}
		watchAcks();
	}

	/** Once a tick, however many answers it saw. */
	function flushSoon() {
		if (!isFlushing) queueMicrotask(flush);
		isFlushing = true;
	}

	function watchAcks() {
		if (outbox.inFlight() > 0) ackWatch.start(connector.connection);
	}

	function assertOpen() {
		if (connector.state.name === 'closed') throw closedError();
	}

	return {
		get id() {
			return outbox.identity.client;
		},
		get state() {
			return connector.state;
		},
		get user() {
			return self.user;
		},
		connect: connector.connect,
		retryNow: connector.retryNow,
		close() {
			flush();
			connector.close();
		},
		subscribe(room, handlers, position) {
			assertOpen();
			checkRoom(room);
			return rooms.subscribe(room, handlers, position);
		},
		send(room, kind, data) {
			assertOpen();
			checkRoom(room);
			checkKind(kind);
			const sent = outbox.accept(room, kind, plain(data));
			messages.queued++;
			flush();
			return sent;
		},
		outbox: outbox.items,
		discard: outbox.discard,
		isUnsent: outbox.isUnsent,
		edit: (item, data) => outbox.edit(item, plain(data)),
		async history(room, before, limit = 50) {
			checkRoom(room);
			checkCount(before);
			checkCount(limit);
			if (connector.state.name !== 'connected')
				throw new RealtimeError('disconnected', 'older messages can only be read while connected');
			const request = { type: 'history' as const, room, before, limit };
			connector.connection?.send(request);
			return history.add(request);
		},
		signal(room, kind, data) {
			checkRoom(room);
			checkKind(kind);
			const frame: ClientFrame = { type: 'signal', room, kind, data: plain(data) };
			if (JSON.stringify(frame.data).length > SIGNAL_LENGTH) throw new RealtimeError('too-large', 'the signal is too big');
			if (connector.state.name === 'connected') connector.connection?.send(frame);
		},
		on: journal.on,
		getConnectionState() {
			const { state } = connector;
			const isConnected = state.name === 'connected';
			return {
				state: state.name,
				isConnected,
				connectionType: isConnected ? state.connectionType : null,
				lastHeartbeat: aliveAt,
				reconnectAttempts: connector.attempts,
				storage: outbox.storage(),
				quality: statistics.quality(clock.now()),
			};
		},
		getStats: () => statistics.snapshot(clock.now()),
		getErrorHistory: journal.errors,
		getTimeline: journal.timeline,
		diagnose: journal.diagnose,
	};
}
