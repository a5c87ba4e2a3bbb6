/** The policies of reconnecting as data: one row an error class, each of which an app may change. */
import type { ErrorClass } from '../protocol/codes.ts';
import { type Backoff, type BackoffOptions, exponentialBackoff } from './backoff.ts';
import { checkNumber, DAY } from './checks.ts';
import { RealtimeError } from './errors.ts';

export interface Policy {
	/** Drops of this class, without a stable connection between them, that are answered with the pauses of this row. */
	tries: number;
	/** The first of those pauses, in milliseconds. @default `reconnectInterval` */
	base?: number;
	/** The factor from one to the next. @default `reconnectDecay` */
	factor?: number;
	/** After the tries: the general backoff until `maxReconnectAttempts` are used up, or the end. */
	afterwards: 'backoff' | 'stop';
	/** The first attempt comes without a pause; later ones always back off, or a broken server would be hammered. */
	now?: boolean;
	/** Adds a random share of the server's `spreadMs`: many clients have dropped together. */
	spread?: boolean;
	/** Renews the identity before the next attempt. */
	renew?: boolean;
}

export interface ResolvedPolicy extends Policy {
	/** Milliseconds after the n-th drop of this class. */
	pause: Backoff;
}
export type Policies = Readonly<Record<ErrorClass, ResolvedPolicy>>;
export type PolicyChanges = Partial<Record<ErrorClass, Partial<Policy>>>;

const stop: Policy = { tries: 0, afterwards: 'stop' };
const backoff: Policy = { tries: 0, afterwards: 'backoff' };
const together: Policy = { ...backoff, spread: true };

/** Rule 10 of the protocol. */
export const policies: Readonly<Record<ErrorClass, Policy>> = {
	connection: { tries: 5, factor: 2, afterwards: 'backoff', spread: true },
	auth: { tries: 3, base: 2_000, factor: 1.5, afterwards: 'stop', renew: true },
	'rate-limit': { tries: 10, base: 5_000, factor: 1.5, afterwards: 'backoff' },
	protocol: { tries: 1, afterwards: 'stop', spread: true },
	restart: { ...together, now: true },
	server: together,
	overload: together,
	payload: backoff,
	closed: stop,
	forbidden: stop,
	replaced: stop,
	version: stop,
};

const isClass = (name: string): name is ErrorClass => name in policies;

/**
 * The table with an app's changes.
 * @param general the client's own backoff, and the strategy that an app has put in its place
 * @throws RealtimeError `invalid-option` naming the row, the field, what was expected, and what was given
 */
export function resolvePolicies(changes: PolicyChanges, general: BackoffOptions & { strategy: Backoff | undefined }): Policies {
	for (const name of Object.keys(changes)) if (!isClass(name)) wrong(`policies.${name}`, Object.keys(policies).join(', '), name);
	const resolve = (name: ErrorClass): ResolvedPolicy => {
		const policy = { ...policies[name], ...changes[name] };
		check(name, policy);
		const { base = general.reconnectInterval, factor = general.reconnectDecay } = policy;
		const own = exponentialBackoff({ ...general, reconnectInterval: base, reconnectDecay: factor });
		// Who brings a strategy replaces what is derived from the numbers, and keeps what a row says in full.
		return { ...policy, pause: policy.base === undefined ? (general.strategy ?? own) : own };
	};
	return {
		connection: resolve('connection'),
		auth: resolve('auth'),
		'rate-limit': resolve('rate-limit'),
		protocol: resolve('protocol'),
		restart: resolve('restart'),
		server: resolve('server'),
		overload: resolve('overload'),
		payload: resolve('payload'),
		closed: resolve('closed'),
		forbidden: resolve('forbidden'),
		replaced: resolve('replaced'),
		version: resolve('version'),
	};
}

function check(name: ErrorClass, policy: Policy) {
	const { tries, base = 0, factor = 1, afterwards, now = false, spread = false, renew = false } = policy;
	checkNumber(`policies.${name}.tries`, tries, 0, Number.POSITIVE_INFINITY);
	checkNumber(`policies.${name}.base`, base, 0, DAY);
	checkNumber(`policies.${name}.factor`, factor, 1, 100);
	if (afterwards !== 'backoff' && afterwards !== 'stop') wrong(`policies.${name}.afterwards`, '"backoff" or "stop"', afterwards);
	for (const [field, value] of Object.entries({ now, spread, renew }))
		if (typeof value !== 'boolean') wrong(`policies.${name}.${field}`, 'true or false', value);
}

function wrong(what: string, expected: string, got: unknown): never {
	throw new RealtimeError('invalid-option', `${what}: expected ${expected}, got ${got}`);
}
