/** The life of a request that stands for a connection: from its first frame to the moment when it has left everything. */
import { closeCode, type Ending } from '../../protocol/codes.ts';
import type { Decoded } from '../../protocol/decoder.ts';
import type { ClientFrame } from '../../protocol/frames.ts';
import type { Connection } from '../connection.ts';
import { dispatchAll } from '../dispatch.ts';
import { guarded } from '../errors.ts';
import { depart } from '../leaving.ts';
import type { HttpWire } from './http-wire.ts';
import type { HttpEndpoint } from './request.ts';

/** Serves the frames. What they bring goes to the wire, as does what comes later to one that listens. */
export function begin(
	to: HttpEndpoint,
	connection: Connection,
	wire: HttpWire,
	request: Request,
	frames: readonly Decoded<ClientFrame>[],
) {
	connection.open(wire);
	if (connection.listens) to.registry.add(connection);
	guarded(
		to.report,
		connection.transport,
		() => dispatchAll(to, connection, frames),
		() => connection.end('server-error', closeCode.serverError, 'the server failed on this'),
	)();
	if (connection.listens) {
		const abort = guarded(to.report, `${connection.transport} (aborted)`, () => wire.abort());
		request.signal.addEventListener('abort', abort);
		// It may have left while its body was read: then no event tells.
		if (request.signal.aborted) abort();
	}
	wire.settled();
}

/** Takes it out of everything that knows it. `code` stands for the close frame that HTTP has not. */
export function conclude(to: HttpEndpoint, connection: Connection, wire: HttpWire, ending: Ending, code: number) {
	connection.closed(ending);
	depart(to, connection, code);
	wire.release();
}
