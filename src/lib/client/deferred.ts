/** A promise and the two ends that settle it. `Promise.withResolvers` does the same where it exists: not on Node 20. */
import type { RealtimeError } from './errors.ts';

export interface Deferred<Value> {
	promise: Promise<Value>;
	resolve(value: Value): void;
	reject(error: RealtimeError): void;
}

/** Ignoring the promise is allowed: a rejection that nobody listens to stays silent. */
export function deferred<Value>(): Deferred<Value> {
	let resolve: Deferred<Value>['resolve'] = () => {};
	let reject: Deferred<Value>['reject'] = () => {};
	const promise = new Promise<Value>((onResolve, onReject) => {
		resolve = onResolve;
		reject = onReject;
	});
	promise.catch(() => {});
	return { promise, resolve, reject };
}
