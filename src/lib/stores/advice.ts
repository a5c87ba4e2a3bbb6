/** What a person can do about a drop, in the language of the page: also said in the banner, while all else of a diagnosis is in a panel. */
import type { Case, Findings } from '../client/findings.ts';
import { m } from '../paraglide/messages.js';

type Say = () => string;

/** `back`: that it has come back by itself, or tries to, stands before what there is to do. */
const cases: Readonly<Record<Case, { back?: true; advice?: Say }>> = {
	healthy: { advice: m.connection_do_nothing },
	offline: { advice: m.connection_do_offline },
	unreachable: { advice: m.connection_waits },
	restarted: { back: true },
	'upgrade-stripped': { advice: m.connection_do_upgrade_stripped },
	'idle-timeout': { back: true },
	'half-open': { back: true, advice: m.connection_do_half_open },
	unauthenticated: { advice: m.connection_do_sign_in },
	forbidden: { advice: m.connection_do_forbidden },
	'rate-limited': { advice: m.connection_do_rate_limited },
	overloaded: { advice: m.connection_waits },
	replaced: { advice: m.connection_do_replaced },
	'slow-consumer': { back: true, advice: m.connection_do_slow_consumer },
	'too-big': { advice: m.connection_do_too_big },
	version: { advice: m.connection_do_reload },
	cut: { back: true },
	'server-error': { advice: m.connection_waits },
	'no-trouble': { advice: m.connection_do_connect },
	misunderstood: { advice: m.connection_do_reload },
	'ended-for-good': { advice: m.connection_do_connect_again },
	'limited-age': { back: true },
	'limited-silence': { back: true },
};

export function adviceWords({ case: name, back }: Pick<Findings, 'case' | 'back'>): string {
	const words = cases[name];
	const promise = words.back && (back ? m.connection_fine() : m.connection_waits());
	return [promise, words.advice?.()].filter(Boolean).join(' ');
}
