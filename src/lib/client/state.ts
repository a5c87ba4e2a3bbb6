/** The states of a client as one pure function. Effects, timers and counting live in `connector.ts`. */
import type { Welcome } from '../protocol/frames.ts';
import type { TransportName } from '../transports/transport.ts';
import type { ConnectionState, Drop } from './types.ts';

export type StateEvent =
	/** An attempt begins. `attempt` counts reconnect attempts since the last stable connection; 0 is the very first connect. */
	| { type: 'attempt'; at: number; attempt: number }
	/** While connected: the connection has moved to another transport. */
	| { type: 'welcome'; at: number; welcome: Welcome; transport: TransportName }
	/** The attempt or the connection ended: what now was decided by `reaction.ts`. */
	| { type: 'drop'; at: number; cause: Drop; attempt: number; next: 'retry' | 'suspend' | 'stop'; retryAt: number }
	/** The page ends it. */
	| { type: 'close'; at: number };

/** The state after `event`. An event that makes no sense in a state leaves it as it is: the very same object comes back. */
export function transition(state: ConnectionState, event: StateEvent): ConnectionState {
	const { at } = event;
	switch (event.type) {
		case 'attempt':
			if (state.name === 'idle') return { name: 'connecting', since: at, attempt: event.attempt, cause: null };
			if (state.name === 'disconnected' || state.name === 'suspended')
				return { name: 'connecting', since: at, attempt: event.attempt, cause: state.cause };
			return state;
		case 'welcome':
			if (state.name !== 'connecting' && state.name !== 'connected') return state;
			return {
				name: 'connected',
				since: state.name === 'connected' ? state.since : at,
				welcome: event.welcome,
				transport: event.transport,
				connectionType: event.transport === 'websocket' ? 'websocket' : 'http',
			};
		case 'drop': {
			if (state.name !== 'connecting' && state.name !== 'connected') return state;
			const { cause, attempt, retryAt } = event;
			if (event.next === 'stop') return { name: 'closed', since: at, cause };
			return { name: event.next === 'suspend' ? 'suspended' : 'disconnected', since: at, attempt, retryAt, cause };
		}
		case 'close':
			return state.name === 'closed' ? state : { name: 'closed', since: at, cause: null };
	}
}
