/** A promise and the two ends that settle it. `Promise.withResolvers` does the same where it exists: not on Node 20. */
import type { RealtimeError } from './errors.ts';

export interface Deferred<Value> {
	promise: Promise<Value>;
	resolve(value: Value): void;
	reject(error: RealtimeError): void;
}

/** Ignoring the promise is allowed: a rejection that nobody listens to stays silent. */
export function deferred<Value>(): Deferred<Value> {
	const ends: Omit<Deferred<Value>, 'promise'> = { resolve() {}, reject() {} };
	const promise = new Promise<Value>((resolve, reject) => Object.assign(ends, { resolve, reject }));
	promise.catch(() => {});
	return { promise, ...ends };
}
