/** What the routes see of the realtime server, and the one place in the process where they find it. */
import type { User } from '../protocol/frames.ts';
import type { PrivateRoom } from '../protocol/private-rooms.ts';
import type { Metrics, Status, Window } from '../protocol/status.ts';
import type { Knock } from './admission.ts';
import type { Recent } from './history.ts';
import type { IncidentReport } from './incidents/incidents.ts';

export interface Realtime {
	/** The newest messages of a room (50 unless told) with the position after them; null where it is not open to this person, if it is there at all. */
	recent(user: User | null, room: string, limit?: number): Promise<Recent | null>;
	/** The private rooms of a person, those they came to last first. */
	privateRooms(user: User | null): Promise<PrivateRoom[]>;
	/** A private room as a member sees it; null for anybody else, and of any other room. */
	privateRoom(user: User | null, room: string): PrivateRoom | null;
	/** The title of the room that an invitation opens; null where it opens none. Looking uses nothing up. */
	invitation(token: string): Promise<string | null>;
	/** The person behind a request, or null. */
	identify(request: Request): User | null;
	/** A new guest, with the `Set-Cookie` that makes them one. */
	welcomeGuest(knock: Knock): { user: User; cookie: string };
	/** The `Set-Cookie` of the same person, where theirs is good but getting old; null where nothing is to be done. */
	renewedCookie(knock: Knock): string | null;
	/** Answers `POST /api/identity`. */
	identity(knock: Knock): Promise<Response>;
	/** What is there now: connections of all transports, sessions, rooms that somebody follows, topics followed over HTTP. */
	counts(): { connections: number; sessions: number; rooms: number; topics: number };
	/** Every close, refusal and error since the start: counts and rates by cause, ages, and the last 200. Holds ids of people. */
	incidents(): IncidentReport;
	/** All figures of this moment. */
	metrics(): Metrics;
	/** Everything for the status page, with names and rooms; null for who may not see them. Pages go by the cookie alone. */
	status(request: Request, window: Window): Status | null;
	/** Whether who asks sees names, addresses and rooms, whether they may do something, and whether there is a token that says so. */
	administration(request: Request): { reads: boolean; acts: boolean; configured: boolean };
}

/** The server's code runs twice in a process: started by `server.ts`, and in the copy that Kit bundles. State lives here, once. */
const slot = Symbol.for('holdfast.realtime');
const home: typeof globalThis & { [slot]?: Realtime } = globalThis;

export function provideRealtime(realtime: Realtime | undefined) {
	home[slot] = realtime;
}

/** @throws Error when the server was not started by `server.ts` */
export function useRealtime(): Realtime {
	const realtime = home[slot];
	if (!realtime) throw new Error('the realtime server is not running: start the app with `bun run dev` or `bun run start`');
	return realtime;
}
