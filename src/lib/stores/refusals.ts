/** Why a message was refused, in words. What has none of its own is told as the server told it. */
import type { RealtimeError, RealtimeErrorCode } from '../client/errors.ts';
import { m } from '../paraglide/messages.js';

const words: Partial<Record<RealtimeErrorCode, () => string>> = {
	'too-large': m.chat_refused_too_large,
	'invalid-data': m.chat_refused_invalid,
	forbidden: m.chat_refused_forbidden,
	unauthenticated: m.chat_refused_forbidden,
	'rate-limited': m.chat_refused_rate_limited,
	overloaded: m.chat_refused_overloaded,
	storage: m.chat_refused_storage,
	'out-of-order': m.chat_refused_unknown_fate,
	replaced: m.chat_refused_replaced,
	closed: m.chat_refused_closed,
};

export function refusalOf(error: Pick<RealtimeError, 'code' | 'message'> | undefined): string {
	if (!error) return m.chat_refused();
	return words[error.code]?.() ?? error.message;
}
