/** Watches for acks that stay away: a half-open connection shows itself in them long before the heartbeat. */
import type { Cancel } from '../clock.ts';
import type { Connection } from './connection.ts';
import { HEARTBEAT_TIMEOUT, localDrop } from './drop.ts';
import type { Options } from './options.ts';

/** An ack that takes longer is worth asking whether anybody is there, in milliseconds. */
const SLOW_ACK = 5_000;

export function createAckWatch({ clock, ackTimeout }: Options) {
	let cancel: Cancel | null = null;

	function stop() {
		cancel?.();
		cancel = null;
	}

	return {
		stop,
		/** Something was sent on this connection and its ack is due. While it watches already, nothing changes. */
		start(connection: Connection | null) {
			if (cancel) return;
			const lost = () => connection?.end(localDrop(HEARTBEAT_TIMEOUT, 'The server did not acknowledge a message in time.'));
			const timers = [clock.setTimeout(() => connection?.probe(), SLOW_ACK), clock.setTimeout(lost, ackTimeout)];
			cancel = () => {
				for (const each of timers) each();
			};
		},
	};
}
