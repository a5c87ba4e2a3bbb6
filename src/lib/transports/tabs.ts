/**
 * One listening request a browser, not a tab. Over HTTP/1.1 a browser keeps six connections to a host, for all of its tabs:
 * eight that listen starve each other. So one tab listens for the rooms of all, and tells the others in which there is news; each
 * of them then asks for itself, from its own position. What it tells is a hint alone: a lost one costs time, never a message.
 */
import * as v from 'valibot';
import type { Cancel, Clock } from '../clock.ts';
import { type Frame, framesIn, type RoomPosition, roomPosition, roomsIn, withRooms } from './frames-in.ts';
import type { Listen, Round } from './http-link.ts';
import { type Locks, type PutAside, seekLeadership } from './leadership.ts';

/** Where the tabs of a browser meet. */
export interface Tabs {
	locks: Locks;
	putAside?: PutAside;
	/** Opens the channel of this name. */
	channel(name: string): {
		postMessage(message: unknown): void;
		onmessage: ((event: MessageEvent) => void) | null;
		close(): void;
	};
}

export interface Member {
	/** One round: of listening for everybody, or of waiting for a hint and asking. */
	listen: (round: Round, listen: Listen) => Promise<void>;
	leave(): void;
}

/**
 * What tabs say. `rooms`: which rooms this one is in, and how far it is; `left`: it is in none any more; `leads`: it listens from
 * here on, tell it your rooms; `news`: something came in these rooms. Signals are not kept anywhere, so they ride along.
 */
const word = v.object({
	type: v.picklist(['rooms', 'left', 'leads', 'news']),
	tab: v.string(),
	rooms: v.optional(v.array(roomPosition), []),
	signals: v.optional(v.array(v.unknown()), []),
});
type Word = v.InferOutput<typeof word>;

/** After this long a tab asks without a hint, in milliseconds: its session must not be forgotten, and a frozen tab gives none. */
const PATIENCE = 25_000;
/** A tab that was not heard of for so long is gone, in milliseconds: one that is hidden may run once a minute. */
const GONE = 120_000;
/** For the answer, in milliseconds. */
const ANSWER = 10_000;

/** @param renew makes the round under way anew */
export function joinTabs({ locks, channel: open, putAside }: Tabs, clock: Clock, endpoint: string, renew: () => void): Member {
	const name = `holdfast:listen:${endpoint}`;
	const channel = open(name);
	const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
	/** The rooms of other tabs, and where each of them stands as far as this tab has heard. */
	const others = new Map<string, { rooms: RoomPosition[]; heardAt: number }>();
	const heads = new Map<string, RoomPosition>();
	let own: RoomPosition[] = [];
	/** The rooms of the request that listens. */
	let listened = new Set<string>();
	let over = false;
	/** A hint that no round has taken up yet, and who waits for one. */
	let hinted = false;
	let take: (signals: unknown[]) => void = () => {};

	const leadership = seekLeadership(name, locks, putAside, {
		leads(later) {
			if (later) renew();
			say('leads');
		},
		aside: () => say('left'),
	});

	function say(type: Word['type'], more: Partial<Word> = {}) {
		if (!over) channel.postMessage({ ...more, type, tab });
	}

	channel.onmessage = ({ data }) => {
		const heard = v.safeParse(word, data);
		if (!heard.success) return; // another version of this page
		const { type, tab: who, rooms, signals } = heard.output;
		if (type === 'rooms' && leadership.leads) follow(who, rooms);
		else if (type === 'left') others.delete(who);
		else if (type === 'leads') say('rooms', { rooms: own });
		else if (type === 'news' && !leadership.leads) hint(rooms, signals);
	};

	/** Only a room that nobody was in is worth another request. */
	function follow(who: string, rooms: RoomPosition[]) {
		others.set(who, { rooms, heardAt: clock.now() });
		for (const each of rooms) if (!heads.has(each.room)) heads.set(each.room, each);
		if (rooms.some(({ room }) => !listened.has(room))) renew();
	}

	function hint(rooms: RoomPosition[], signals: unknown[]) {
		hinted ||= rooms.some(({ room }) => own.some((each) => each.room === room));
		take(signals);
	}

	/** What the others want besides. Of those who are gone nothing is kept. */
	function foreign(): RoomPosition[] {
		for (const [who, { heardAt }] of others) if (clock.now() - heardAt > GONE) others.delete(who);
		const names = new Set([...others.values()].flatMap(({ rooms }) => rooms.map(({ room }) => room)));
		for (const room of heads.keys()) if (!names.has(room)) heads.delete(room);
		for (const { room } of own) names.delete(room);
		return [...names].map((room) => heads.get(room) ?? { room });
	}

	/** Listens for everybody: the rooms of others ride along, and what comes in them goes no further. */
	function listenForAll(round: Round, listen: Listen) {
		return listen({
			...round,
			hello(request) {
				const text = round.hello(request);
				own = roomsIn(text);
				const more = foreign();
				listened = new Set([...own, ...more].map(({ room }) => room));
				return withRooms(text, more);
			},
			deliver(text) {
				if (others.size === 0) return round.deliver(text);
				const frames = framesIn(text);
				frames.forEach(advance);
				announce(frames.filter(isNews));
				const isOwn = ({ room }: Frame) => room === undefined || own.some((each) => each.room === room);
				round.deliver(JSON.stringify(frames.filter(isOwn)));
			},
		});
	}

	function advance({ type, room, epoch, offset }: Frame) {
		if (room === undefined) return;
		// Whoever wants it hears that for themselves; asked for with each round, it would end each at once.
		if (type === 'error') for (const other of others.values()) other.rooms = other.rooms.filter((each) => each.room !== room);
		const head = heads.get(room);
		if (type === 'subscribed' && head?.epoch !== epoch) heads.set(room, { room, epoch, offset: 0 });
		else if ((type === 'message' || type === 'live') && head?.epoch !== undefined) heads.set(room, { ...head, offset });
	}

	function announce(news: Frame[]) {
		const signals = news.filter(({ type }) => type === 'signal');
		const rooms = new Set(news.flatMap(({ type, room }) => (room === undefined || type === 'signal' ? [] : [room])));
		if (news.length > 0) say('news', { rooms: [...rooms].map((room) => ({ room })), signals });
	}

	/** Asks for itself: at once when something is wanted at once, else after a hint. */
	async function wait(round: Round) {
		if (!round.fresh && !hinted && !round.signal.aborted) await untilHinted(round);
		if (round.signal.aborted) return;
		hinted = false;
		const body = round.hello({ waitMs: 0 });
		own = roomsIn(body);
		say('rooms', { rooms: own });
		const text = await round.ask('poll', { body: `[${body}]`, type: 'application/json', ms: ANSWER }).text();
		// A long answer is cut before every room is live: the rest is there to be asked for.
		hinted ||= isCut(framesIn(text), own);
		round.deliver(text);
	}

	const untilHinted = ({ signal, deliver }: Round) =>
		new Promise<void>((resolve) => {
			const cancel: Cancel = clock.setTimeout(resolve, PATIENCE);
			const end = () => {
				cancel();
				take = () => {};
				resolve();
			};
			signal.addEventListener('abort', end, { once: true });
			take = (signals) => {
				if (signals.length > 0) deliver(JSON.stringify(signals));
				if (hinted) end();
			};
		});

	return {
		async listen(round, listen) {
			// Before the first round: whoever listens must find out at once whether its way of listening gets through.
			await leadership.decided;
			await (leadership.leads ? listenForAll(round, listen) : wait(round));
		},
		leave() {
			if (over) return;
			say('left');
			over = true;
			leadership.leave();
			channel.close();
		},
	};
}

const quiet = new Set(['welcome', 'live', 'subscribed', 'error']);
function isCut(frames: Frame[], rooms: RoomPosition[]): boolean {
	const settled = new Set(frames.flatMap(({ type, room }) => (type === 'live' || type === 'error' ? [room] : [])));
	return frames.some(({ type }) => type === 'message') && rooms.some(({ room }) => !settled.has(room));
}

const isNews = ({ type }: Frame) => !quiet.has(type);
