/** Why something was refused, in the language of the page: as the server says it where that is English, else by its code. */
import type { RealtimeErrorCode } from '../client/errors.ts';
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';

const byCode: Readonly<Partial<Record<RealtimeErrorCode, () => string>>> = {
	'bad-frame': m.connection_error_bad_frame,
	'unknown-type': m.connection_error_bad_frame,
	'hello-expected': m.connection_error_bad_frame,
	'too-large': m.connection_error_too_large,
	unauthenticated: m.connection_error_unauthenticated,
	forbidden: m.connection_error_forbidden,
	replaced: m.connection_error_replaced,
	version: m.connection_error_version,
	'rate-limited': m.connection_error_rate_limited,
	overloaded: m.connection_error_overloaded,
	'out-of-order': m.connection_error_out_of_order,
	'invalid-data': m.connection_error_invalid_data,
	'stale-round': m.connection_error_stale_round,
	'already-revealed': m.connection_error_already_revealed,
	storage: m.connection_error_storage,
	'slow-consumer': m.connection_error_slow_consumer,
	'server-error': m.connection_error_server_error,
	closed: m.connection_error_closed,
	disconnected: m.connection_error_disconnected,
	timeout: m.connection_error_timeout,
	discarded: m.connection_error_discarded,
	unsupported: m.connection_error_unsupported,
	'invalid-option': m.connection_error_application,
	handler: m.connection_error_application,
};

const isKnown = (code: string): code is RealtimeErrorCode => Object.hasOwn(byCode, code);

/** @param message as the server or the client says it, in English */
export function errorWords({ code, message }: { code: string; message: string }): string {
	if (getLocale() === 'en' && message !== '') return message;
	return (isKnown(code) ? byCode[code]?.() : undefined) ?? message;
}
