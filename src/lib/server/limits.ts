/** Whether there is room for one more connection: in all, of an address, of a person. */
import { closeCode, type ErrorCode } from '../protocol/codes.ts';
import type { User } from '../protocol/frames.ts';
import type { Options } from './options.ts';
import type { Registry } from './registry.ts';

/** How long a client that met a full server waits, in milliseconds. */
const FULL_RETRY_AFTER = 5_000;

/** Connections without an identity at once: beyond, they hear at once what their hello would be answered with. */
const STRANGERS = 200;

export const NO_IDENTITY = 'no valid identity came with the connection: get one with POST /api/identity';

export interface Reached {
	code: ErrorCode;
	closeCode: number;
	message: string;
	retryAfterMs: number;
}

/** @param leaving connections of the same person that this one takes the place of */
export function limitReached(
	{ registry, options }: { registry: Registry; options: Pick<Options, 'connections'> },
	{ address, user }: { address: string; user: User | null },
	leaving = 0,
): Reached | null {
	const { max, perAddress, perUser } = options.connections;
	const over = (limit: number, count: number) => limit > 0 && count - leaving >= limit;
	const retryAfterMs = FULL_RETRY_AFTER;
	if (over(max, registry.count))
		return { code: 'overloaded', closeCode: closeCode.overloaded, message: 'the server is full', retryAfterMs };
	const limited = { code: 'rate-limited', closeCode: closeCode.rateLimited, retryAfterMs } as const;
	if (over(perAddress, registry.ofAddress(address)))
		return { ...limited, message: `more than ${perAddress} connections from your address` };
	if (user && over(perUser, registry.ofUser(user.id).size))
		return { ...limited, message: `more than ${perUser} connections of yours` };
	return null;
}

/** Whoever has no identity waits for nothing but to be told so: many of them need not be waited for. */
export function tooManyStrangers({ registry }: { registry: Registry }, { user }: { user: User | null }): Reached | null {
	if (user || registry.strangers < STRANGERS) return null;
	return { code: 'unauthenticated', closeCode: closeCode.unauthenticated, message: NO_IDENTITY, retryAfterMs: 0 };
}
