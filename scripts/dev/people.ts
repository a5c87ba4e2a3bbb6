/** Faults that hold for one person's realtime connections alone: everybody else, and everything else of that person, gets through. */
import { Buffer } from 'node:buffer';
import * as v from 'valibot';
import { IDENTITY_COOKIE } from '../../src/lib/server/identity.ts';
import type { FaultChange, PathFaults } from '../../src/lib/stores/fault-shapes.ts';
import type { ProxiedConnection, Rules } from '../../tests/support/proxied-connection.ts';
import { pathOf } from '../../tests/support/request-heads.ts';

/** Only these break. The pages stay whole, and so does the request that heals. */
const realtimePaths: ReadonlySet<string> = new Set(['/api/websocket', '/api/events', '/api/poll', '/api/ticket']);
const untouched: PathFaults = { blackHole: null, delay: null, webSocket: null };
const claims = v.object({ id: v.string() });

/** The part of a proxied connection that faults act on. */
export type Passing = Pick<ProxiedConnection, 'cut' | 'blackHole' | 'delay' | 'upgraded'>;

export class People {
	readonly #faults = new Map<string, PathFaults>();
	readonly #open: () => readonly Passing[];
	/** Whose request a connection carries now; none while it is no realtime one. */
	readonly #owners = new WeakMap<Passing, string>();

	/** @param open the connections there are */
	constructor(open: () => readonly Passing[]) {
		this.#open = open;
	}

	/** Looks at a request on its way; returns what becomes of an upgrade. A browser uses one connection for many requests in turn. */
	meet(connection: Passing, head: string): Rules['upgrades'] | undefined {
		const person = realtimePaths.has(pathOf(head)) ? personOf(head) : undefined;
		if (person === undefined) this.#owners.delete(connection);
		else this.#owners.set(connection, person);
		const faults = this.#of(person);
		apply(connection, faults);
		return faults.webSocket ?? undefined;
	}

	/** Changes what holds for a person; what is no matter of the way, such as a kill, changes nothing. */
	change(person: string, change: FaultChange) {
		const theirs = this.#connectionsOf(person);
		const faults = this.#of(person);
		switch (change.type) {
			case 'cut':
				for (const each of theirs) each.cut(change.how);
				return;
			case 'black-hole':
				return this.#set(person, { ...faults, blackHole: change.direction });
			case 'delay': {
				const { ms, jitterMs } = change;
				return this.#set(person, { ...faults, delay: ms + jitterMs > 0 ? { ms, jitterMs } : null });
			}
			case 'block-websocket':
				this.#set(person, { ...faults, webSocket: change.how });
				if (change.how) for (const each of theirs) if (each.upgraded) each.cut('reset');
				return;
			case 'refuse':
				// A request that waits is not ours to answer: cut off, it comes again, and is refused by the server.
				for (const each of theirs) if (!each.upgraded) each.cut('fin');
				return;
			case 'heal':
				return this.#set(person, untouched);
		}
	}

	report(person: string): PathFaults & { connections: number } {
		return { ...this.#of(person), connections: this.#connectionsOf(person).length };
	}

	#set(person: string, faults: PathFaults) {
		this.#faults.set(person, faults);
		for (const each of this.#connectionsOf(person)) apply(each, faults);
	}
	#of(person: string | undefined): PathFaults {
		return (person !== undefined && this.#faults.get(person)) || untouched;
	}
	#connectionsOf(person: string): Passing[] {
		return this.#open().filter((each) => this.#owners.get(each) === person);
	}
}

/** Each as it is to be, not healed first: that would let through for a moment what is held back. */
function apply(connection: Passing, { blackHole, delay }: PathFaults) {
	connection.delay(delay?.ms ?? 0, delay?.jitterMs ?? 0);
	for (const way of ['up', 'down'] as const) connection.blackHole(way, blackHole === 'both' || blackHole === way);
}

/** Whom a request's cookie names. Nobody checks its signature here: whoever forges one breaks nothing but their own connection. */
export function personOf(head: string): string | undefined {
	const cookies = /^cookie:(.*)$/im.exec(head)?.[1] ?? '';
	const token = new RegExp(`(?:^|;)\\s*${IDENTITY_COOKIE}=([^;\\s.]+)\\.`).exec(cookies)?.[1];
	if (token === undefined) return undefined;
	try {
		const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
		return v.is(claims, read) ? read.id : undefined;
	} catch {
		return undefined; // no identity of ours: nobody whom faults are meant for
	}
}
