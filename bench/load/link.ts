/** What a client of the load generator is, whatever protocol it speaks: the rows are written against this. */
import type { Ledger } from './ledger.ts';

/** The text that every message carries: 128 bytes, nothing in it that JSON would escape. */
export const payload =
	'A message of 128 bytes: as long as what people type into a chat, and short enough that the work around it is what is measured...';

/** One client over all its connections. */
export interface Member {
	readonly index: number;
	readonly id: string;
	/** The `Cookie` header that says who it is. */
	readonly cookie: string;
	/** null: connects and joins nothing. */
	readonly room: string | null;
	/** Counts its connections. */
	connectionNumber: number;
	/** The last seq that it used. */
	seq: number;
	/** Checks every message, where the row is about nothing being lost. Costs the generator a full parse. */
	readonly ledger: Ledger | null;
}

export interface Target {
	readonly port: number;
}

/** One connection of a member that has joined its room. */
export interface Link {
	readonly member: Member;
	/** Messages delivered since the connection opened. */
	readonly delivered: number;
	/** What the server advertises for the next reconnect, in milliseconds; 0 where it advertises nothing. */
	readonly spreadMs: number;
	onAcked: (count: number) => void;
	onClosed: (code: number) => void;
	/** Sends `count` messages. */
	publish(count: number): void;
	/** Sends the last message again, after a reconnect that left it unacknowledged. */
	resend(): void;
	close(): void;
}

/** Opens a connection and joins the member's room. Rejects when it ends before it has joined. */
export type Connect = (target: Target, member: Member) => Promise<Link>;

/** Loopback has 28 000 ports an address: clients spread over several, as servers listen on all. */
export const addressOf = ({ port }: Target, { index }: Member) => `127.0.0.${1 + (index % 8)}:${port}`;
