/** Why a connection ended, in the language of the page: as the client says it where that is English, else by its class. */
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';
import { classOfClose, closeCode, type ErrorClass } from '../protocol/codes.ts';

const byClass: Readonly<Record<ErrorClass, () => string>> = {
	closed: m.connection_closed,
	restart: m.connection_ending_restart,
	protocol: m.connection_ending_protocol,
	connection: m.connection_ending_network,
	auth: m.connection_error_unauthenticated,
	payload: m.connection_error_too_large,
	server: m.connection_ending_server_error,
	overload: m.connection_error_overloaded,
	forbidden: m.connection_error_forbidden,
	replaced: m.connection_ending_replaced,
	version: m.connection_error_version,
	'rate-limit': m.connection_ending_rate_limit,
};
/** Of one class, and yet not the same to a person. */
const byCode: Readonly<Record<number, () => string>> = {
	[closeCode.slowConsumer]: m.connection_ending_slow_consumer,
	[closeCode.heartbeatTimeout]: m.connection_ending_heartbeat_timeout,
};

/** @param reason as the client says it, in English */
export function dropWords({
	code,
	reason,
	class: kind = classOfClose(code),
}: {
	code: number;
	reason: string;
	class?: ErrorClass;
}): string {
	if (getLocale() === 'en' && reason !== '') return reason;
	// It stands within a sentence, in quotes or before a code.
	return (byCode[code] ?? byClass[kind])().replace(/[.。]$/, '');
}
