/** Many members at once: who they are, and how they come in without a storm. */
import { createIdentities } from '../../src/lib/server/identity.ts';
import { IDENTITY_SECRET } from '../servers.ts';
import { Ledger } from './ledger.ts';
import type { Connect, Link, Member, Target } from './link.ts';

export interface CrowdOptions {
	/** Members of one room; the crowd is dealt into as many rooms as that takes. 0: they join nothing. */
	roomSize: number;
	/** Every message is parsed and checked. */
	ledger?: boolean;
}

/** `count` members, each a person of its own, dealt into rooms one room after the other. */
export function crowd(count: number, { roomSize, ledger = false }: CrowdOptions): Member[] {
	const identities = createIdentities([IDENTITY_SECRET], Date.now);
	return Array.from({ length: count }, (_, index) => {
		const { token } = identities.issue({ id: crypto.randomUUID(), name: `Member ${index}` });
		return {
			index,
			id: crypto.randomUUID(),
			cookie: `holdfast_identity=${token}`,
			room: roomSize === 0 ? null : `room-${Math.floor(index / roomSize)}`,
			connectionNumber: 0,
			seq: 0,
			ledger: ledger ? new Ledger() : null,
		};
	});
}

/** Connections that are being opened at a time. */
const AT_ONCE = 200;

/** Connects all members, resolves once everybody has joined. */
export async function gather(connect: Connect, target: Target, members: readonly Member[]): Promise<Link[]> {
	const links: Link[] = [];
	const queue = members.entries();
	const worker = async () => {
		for (const [index, member] of queue) links[index] = await connect(target, member);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return links;
}
