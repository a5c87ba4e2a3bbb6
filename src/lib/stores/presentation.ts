/** What the badge and the banner say: a pure function of the connection's state and of what is known around it. */
import type { ConnectionState, Diagnosis, Drop } from '../client/types.ts';
import { m } from '../paraglide/messages.js';
import type { ErrorClass } from '../protocol/codes.ts';
import { adviceWords } from './advice.ts';
import { dropWords } from './drop-words.ts';

export type BadgeIcon = 'dot' | 'half' | 'spinner' | 'ring' | 'arrow' | 'offline' | 'lock';

export interface Badge {
	icon: BadgeIcon;
	tone: 'good' | 'quiet' | 'warn' | 'bad';
	text: string;
}

export interface Banner {
	tone: 'good' | 'warn' | 'bad';
	/** Goes into the live region: it changes with the state, never with the passing of time. */
	text: string;
	/** The ticking part, kept out of the live region. */
	progress: string | null;
	/** What the person can do about trouble that lasts, said once with the text. */
	advice: string | null;
	action: 'retry' | 'reload' | null;
	/** An attempt is running: the action is disabled. */
	busy: boolean;
}

export interface View {
	badge: Badge;
	banner: Banner | null;
}

/** What the state alone does not know. All times are monotonic milliseconds of the client's clock. */
export interface Situation {
	now: number;
	/** What the browser says of the network. Believed only while there is no connection. */
	online: boolean;
	/** When the last connection was lost or, before the first one, when the page began. */
	lostAt: number;
	/** When the page was last woken from sleep or from the back-forward cache: the grace begins anew. */
	wokeAt: number;
	/** Over what the last connection went; null before the first one. */
	last: 'websocket' | 'http' | null;
	/** When the person last asked for a retry. */
	retriedAt: number | null;
	/** When a connection came back while a banner was showing. */
	restoredAt: number | null;
	/** Missed messages still to come before the room is live. */
	behind: number;
	/** What to do, says the diagnosis of the last drop. */
	advice: string | null;
}

/** A short drop shows nothing at all, a longer one the badge alone, and only then the banner. */
const BADGE_GRACE_MS = 1_000;
const BANNER_GRACE_MS = 5_000;
/** Only then advice helps more than it frightens. */
const ADVICE_GRACE_MS = 15_000;
/** Below this a countdown would only flicker. */
const COUNTDOWN_MS = 5_000;
/** After "Retry now" the answer stays "Connecting…" this long, even if the attempt fails at once. */
const RETRY_SHOWN_MS = 5_000;
export const RESTORED_SHOWN_MS = 3_000;
/** Fewer missed messages than this are there before anybody could read how many they were. */
const BEHIND_SHOWN = 20;

export function present(state: ConnectionState, situation: Situation): View {
	if (state.name === 'idle') return { badge: { icon: 'spinner', tone: 'quiet', text: m.connection_connecting() }, banner: null };
	if (state.name === 'connected') return connected(state, situation);
	if (state.name === 'closed') return closed(state.cause);
	if (!situation.online) return offline();
	return { badge: downBadge(situation), banner: downBanner(state, situation) };
}

const live = (type: 'websocket' | 'http'): Badge =>
	type === 'websocket'
		? { icon: 'dot', tone: 'good', text: m.connection_live() }
		: { icon: 'half', tone: 'good', text: m.connection_live_compatible() };

function connected(state: Extract<ConnectionState, { name: 'connected' }>, { now, behind, restoredAt }: Situation): View {
	const many = behind > BEHIND_SHOWN;
	const catchingUp = many || (behind > 0 && now - state.since >= BADGE_GRACE_MS);
	const text = many ? m.connection_catching_up_many({ count: behind }) : m.connection_catching_up();
	const restored = restoredAt !== null && now - restoredAt < RESTORED_SHOWN_MS;
	return {
		badge: catchingUp ? { icon: 'arrow', tone: 'quiet', text } : live(state.connectionType),
		banner: restored
			? { tone: 'good', text: m.connection_back_online(), progress: null, advice: null, action: null, busy: false }
			: null,
	};
}

const offline = (): View => ({
	badge: { icon: 'offline', tone: 'warn', text: m.connection_offline() },
	banner: {
		tone: 'warn',
		text: m.connection_you_are_offline(),
		progress: null,
		advice: null,
		action: null,
		busy: false,
	},
});

function downBadge({ now, lostAt, wokeAt, last }: Situation): Badge {
	if (last !== null && wokeAt <= lostAt && now - lostAt < BADGE_GRACE_MS) return live(last);
	const again = last !== null;
	if (now - Math.max(lostAt, wokeAt) < BANNER_GRACE_MS)
		return { icon: 'spinner', tone: 'quiet', text: again ? m.connection_reconnecting() : m.connection_connecting() };
	return { icon: 'ring', tone: 'warn', text: again ? m.connection_reconnecting_long() : m.connection_connecting_long() };
}

type Down = Extract<ConnectionState, { name: 'connecting' | 'disconnected' | 'suspended' }>;

function downBanner(state: Down, { now, lostAt, wokeAt, retriedAt, advice }: Situation): Banner | null {
	const lasted = now - Math.max(lostAt, wokeAt);
	if (lasted < BANNER_GRACE_MS) return null;
	const busy = state.name === 'connecting' || (retriedAt !== null && now - retriedAt < RETRY_SHOWN_MS);
	return {
		tone: 'warn',
		text: (state.cause && troubles[state.cause.class]?.()) ?? m.connection_cannot_reach(),
		progress: state.name === 'connecting' || busy ? m.connection_connecting() : nextTry(state, now),
		advice: lasted < ADVICE_GRACE_MS ? null : advice,
		action: 'retry',
		busy,
	};
}

/** The part of an advice that belongs into the banner: what the person can do, where the banner does not say it already. */
export function adviceOf(diagnosis: Diagnosis | null): string | null {
	if (!diagnosis || ['healthy', 'offline', 'cut'].includes(diagnosis.verdict)) return null;
	return adviceWords(diagnosis.findings);
}

function nextTry(state: { since: number; retryAt: number }, now: number): string {
	if (state.retryAt - state.since < COUNTDOWN_MS) return m.connection_reconnecting_soon();
	return m.connection_next_try({ seconds: Math.max(1, Math.ceil((state.retryAt - now) / 1_000)) });
}

const troubles: Partial<Record<ErrorClass, () => string>> = {
	restart: m.connection_server_restarting,
	server: m.connection_server_problem,
	overload: m.connection_server_busy,
	'rate-limit': m.connection_slowing_down,
	auth: m.connection_renewing_sign_in,
};

function closed(cause: Drop | null): View {
	if (!cause) return { badge: { icon: 'ring', tone: 'quiet', text: m.connection_closed() }, banner: null };
	const [badge, text] = endings[cause.class] ?? [
		m.connection_stopped,
		() => m.connection_has_stopped({ reason: dropWords(cause) }),
	];
	const action = cause.class === 'forbidden' ? null : 'reload';
	return {
		badge: { icon: 'lock', tone: 'bad', text: badge() },
		banner: { tone: 'bad', text: text(), progress: null, advice: null, action, busy: false },
	};
}

const endings: Partial<Record<ErrorClass, [badge: () => string, text: () => string]>> = {
	auth: [m.connection_signed_out, m.connection_ended_signed_out],
	version: [m.connection_update_needed, m.connection_ended_version],
	replaced: [m.connection_open_elsewhere, m.connection_ended_replaced],
	forbidden: [m.connection_no_access, m.connection_ended_forbidden],
};
