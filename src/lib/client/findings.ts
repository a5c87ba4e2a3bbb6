/** What a verdict rests on, as codes and numbers: from these it is said to people, in whichever language. */
import type { Ending } from '../protocol/codes.ts';
import { type Close, type Facts, fixedAge, type Verdict } from './verdicts.ts';

/** A verdict, or what the facts say more exactly than it does. */
export type Case = Verdict | 'no-trouble' | 'misunderstood' | 'ended-for-good' | 'limited-age' | 'limited-silence';

/** Times are milliseconds. Texts are as the server or the browser gave them. */
export type Finding =
	| { what: 'connected'; transport: string; ms: number }
	| { what: 'no-network' }
	| { what: 'ended'; agoMs: number; ageMs: number; transport: string; silentMs: number; code: number; reason: string }
	| { what: 'failed'; attempts: number; code: number; reason: string }
	/** What the server saw of the connection before this one. */
	| { what: 'seen'; endedBy: Ending; code: number }
	| { what: 'other-process' }
	| { what: 'alike'; cuts: number; of: 'age' | 'silence'; fromMs: number; toMs: number }
	/** `ms` is null where no answer came. */
	| { what: 'ping'; ms: number | null }
	| { what: 'ticket'; status: number; ms: number; code: string; message: string; pauseMs: number; genuine: boolean }
	| { what: 'no-ticket'; ms: number; failure: string }
	| { what: 'socket'; ms: number; opened: boolean; code: number | null };

export interface Findings {
	case: Case;
	/** At which something in between ends connections, in seconds; null: at no fixed one. */
	seconds: number | null;
	/** There is a connection again. */
	back: boolean;
	found: Finding[];
}

export function findingsOf(verdict: Verdict, facts: Facts): Findings {
	const age = fixedAge(facts.closes);
	return {
		case: caseOf(verdict, facts),
		seconds: age && Math.round(age.to / 1_000),
		back: facts.connected !== null,
		found: foundIn(facts),
	};
}

function caseOf(verdict: Verdict, { last, state, closes, connected }: Facts): Case {
	if (verdict === 'healthy' && !connected && state !== 'connecting') return 'no-trouble';
	if (verdict === 'version' && last?.class === 'protocol') return 'misunderstood';
	if (verdict === 'cut' && last?.class === 'closed') return 'ended-for-good';
	if (!fixedAge(closes)) return verdict;
	if (verdict === 'cut') return 'limited-age';
	return verdict === 'idle-timeout' ? 'limited-silence' : verdict;
}

function foundIn(facts: Facts): Finding[] {
	const { at, connected, online, closes, last, failures, previous, rebooted, probe, socket } = facts;
	const age = fixedAge(closes);
	const ended = closes.at(-1);
	const found: (Finding | false | null | undefined)[] = [
		connected && { what: 'connected', transport: connected.transport, ms: connected.ms },
		online === false && { what: 'no-network' },
		ended && endedAs(ended, at),
		failures > 0 && last && { what: 'failed', attempts: failures, code: last.code, reason: last.reason },
		previous && { what: 'seen', endedBy: previous.endedBy, code: previous.code },
		rebooted && { what: 'other-process' },
		age && { what: 'alike', cuts: age.count, of: age.of, fromMs: age.from, toMs: age.to },
		probe && { what: 'ping', ms: probe.ms },
		ticketIn(facts),
		socket && { what: 'socket', ...socket },
	];
	return found.filter((one) => !!one);
}

const endedAs = ({ at, ageMs, transport, silentMs, code, reason }: Close, now: number): Finding => ({
	what: 'ended',
	agoMs: now - at,
	ageMs: ageMs ?? 0,
	transport,
	silentMs,
	code,
	reason,
});

function ticketIn({ ticket }: Facts): Finding | null {
	if (!ticket) return null;
	if ('failure' in ticket) return { what: 'no-ticket', ms: ticket.ms, failure: ticket.failure.replace(/[.?!]+$/, '') };
	const { status, ms, error, genuine } = ticket;
	const { code = '', message = '', retryAfterMs: pauseMs = 0 } = error ?? {};
	return { what: 'ticket', status, ms, code, message, pauseMs, genuine };
}
