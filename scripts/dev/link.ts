/** What the supervisor and the server it runs tell each other, over the channel that Bun opens between the two. It survives `--watch`. */
import * as v from 'valibot';
import { type FaultChange, faultChange, faultReport } from '../../src/lib/stores/fault-shapes.ts';

/** A report without what the server itself knows best. */
const supervisorReport = v.omit(faultReport, ['refuse']);
export type SupervisorReport = v.InferOutput<typeof supervisorReport>;

export const fromServer = v.variant('type', [
	/** It listens on this port of 127.0.0.1; again after each edit. */
	v.object({ type: v.literal('ready'), port: v.number() }),
	/** A person asks what is broken, or changes it. */
	v.object({ type: v.literal('ask'), id: v.number(), person: v.string(), change: v.nullable(faultChange) }),
]);
export type FromServer = v.InferOutput<typeof fromServer>;

const toServer = v.object({ type: v.literal('answer'), id: v.number(), report: supervisorReport });
export type ToServer = v.InferOutput<typeof toServer>;

/** The server's end of the channel. */
export interface Link {
	ready(port: number): void;
	ask(person: string, change: FaultChange | null): Promise<SupervisorReport>;
}

/** Null where no supervisor has started this process. */
export function linkToSupervisor(): Link | null {
	if (!process.send) return null;
	const send = (message: FromServer) => process.send?.(message);
	const asked = new Map<number, (report: SupervisorReport) => void>();
	let asks = 0;
	process.on('message', (message: unknown) => {
		// Whatever it was that is no answer: before an edit another life of this process may have asked for it.
		if (!v.is(toServer, message)) return;
		asked.get(message.id)?.(message.report);
		asked.delete(message.id);
	});
	return {
		ready: (port) => send({ type: 'ready', port }),
		ask: (person, change) =>
			new Promise((resolve) => {
				asks += 1;
				asked.set(asks, resolve);
				send({ type: 'ask', id: asks, person, change });
			}),
	};
}
