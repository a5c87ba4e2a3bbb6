/** What a room shows: its messages in order, and ours that are still on their way. Knows neither Svelte nor the client. */
import * as v from 'valibot';
import type { OutboxItem } from '../client/types.ts';
import type { Message, Position, Subscribed, User } from '../protocol/frames.ts';

/** The newest page of a room, as the server renders it. */
export interface Recent extends Position {
	messages: readonly Message[];
	more: boolean;
}

/** One chat message, stored or on its way. */
export interface Entry {
	/** The same before and after it is stored, so that nothing flickers. */
	readonly key: string;
	/** Its place, or for one on its way the place that it is shown after. */
	readonly offset: number;
	/** Null: ours, on its way. */
	readonly user: User | null;
	readonly text: string;
	/** Wall time in milliseconds since 1970. */
	readonly at: number;
	readonly status: OutboxItem['status'];
	/** Monotonic time since which it has been sending. */
	readonly sendingSince: number | null;
	/** What to retry or discard; only while it is on its way. */
	readonly item: OutboxItem | null;
	/** It was never sent, or was refused: its text can go back into the field. */
	readonly editable: boolean;
}

/** A line above the first entry at or past `offset`. */
export interface Mark {
	readonly kind: 'gap' | 'new';
	readonly offset: number;
	readonly at: number;
}

const chat = v.object({ text: v.string() });
const keyOf = ({ client, seq }: { client: string; seq: number }) => `${client}:${seq}`;
export const textOf = ({ kind, data }: { kind: string; data: unknown }) =>
	kind === 'chat' && v.is(chat, data) ? v.parse(chat, data).text : null;

export class Transcript {
	#messages: Message[];
	#more: boolean;
	#marks: Mark[] = [];
	#pending: readonly OutboxItem[] = [];
	/** Acknowledged, but not yet come back as a message. */
	#stored = new Map<string, OutboxItem>();
	/** Where a refused one stands: the conversation goes on below it. */
	#failedAfter = new Map<string, number>();
	#sendingSince = new Map<string, number>();
	/** The ids that our messages had before they were stored. */
	#ids = new Map<string, string>();
	#lostAt: number | null = null;
	#unsent = new Set<string>();
	/** Stored messages as they were shown first: the same entry for as long as the message is here. */
	#shown = new WeakMap<Message, Entry | null>();

	constructor({ messages, more }: Pick<Recent, 'messages' | 'more'>) {
		this.#messages = [...messages];
		this.#more = more;
	}

	get marks(): readonly Mark[] {
		return this.#marks;
	}

	/** The offset below which earlier messages can be asked for, or null when there are none. */
	get earlierThan(): number | null {
		const first = this.#messages[0];
		return this.#more && first !== undefined && first.offset > 1 ? first.offset : null;
	}

	append(message: Message, own: boolean) {
		if (message.offset <= this.lastOffset) return;
		this.#messages.push(message);
		this.#stored.delete(keyOf(message));
		if (this.#lostAt === null || own) return;
		this.#marks = [
			...this.#marks.filter(({ kind }) => kind !== 'new'),
			{ kind: 'new', offset: message.offset, at: this.#lostAt },
		];
		this.#lostAt = null;
	}

	prepend(messages: readonly Message[], more: boolean) {
		const first = this.#messages[0]?.offset ?? Number.POSITIVE_INFINITY;
		this.#messages.unshift(...messages.filter(({ offset }) => offset < first));
		this.#more = more;
	}

	/** Later messages from elsewhere; where they do not follow on ours, ours go, and can be asked for again. */
	adopt({ messages, more }: Pick<Recent, 'messages' | 'more'>) {
		const first = messages[0]?.offset ?? 0;
		if (first > this.lastOffset + 1) {
			this.#messages = [...messages];
			this.#more = more;
		} else this.#messages.push(...messages.filter(({ offset }) => offset > this.lastOffset));
	}

	newest(limit: number): Pick<Recent, 'messages' | 'more'> {
		return { messages: this.#messages.slice(-limit), more: this.#more || this.#messages.length > limit };
	}

	/** What the server could recover of what this transcript missed. */
	subscribed({ result, missing }: Pick<Subscribed, 'result' | 'missing'>, at: number) {
		if (result === 'reset') {
			this.#messages = [];
			this.#more = true;
			this.#lostAt = null;
			this.#stored.clear();
			this.#failedAfter.clear();
			this.#marks = [{ kind: 'gap', offset: 0, at }];
		}
		if (result === 'gap' && missing) this.#marks = [...this.#marks, { kind: 'gap', offset: missing.to + 1, at }];
	}

	/** The connection was lost at this wall time: what comes next was missed. */
	lost(at: number) {
		this.#lostAt ??= at;
	}

	live(offset: number) {
		this.#lostAt = null;
		for (const [key, item] of this.#stored) if ((item.offset ?? 0) <= offset) this.#stored.delete(key);
	}

	/** Our messages on their way, those of them that were never sent, and the one that changed just now. */
	outbox(
		pending: readonly OutboxItem[],
		now: number,
		changed?: OutboxItem,
		isUnsent: (item: OutboxItem) => boolean = () => false,
	) {
		this.#pending = pending;
		this.#unsent = new Set(pending.filter((item) => item.status === 'failed' || isUnsent(item)).map(({ id }) => id));
		for (const item of changed ? [...pending, changed] : pending) this.#ids.set(keyOf(item), item.id);
		if (changed?.status === 'stored' && (changed.offset ?? 0) > this.lastOffset) this.#stored.set(keyOf(changed), changed);
		const sending = pending.filter(({ status }) => status === 'sending').map(({ id }) => id);
		this.#sendingSince = new Map(sending.map((id) => [id, this.#sendingSince.get(id) ?? now]));
		const failed = pending.filter(({ status }) => status === 'failed').map(({ id }) => id);
		this.#failedAfter = new Map(failed.map((id) => [id, this.#failedAfter.get(id) ?? this.lastOffset]));
	}

	/** All after this offset was written while the person was away: it stands below a line, with the time of what they read last. */
	wasRead(offset: number, me: string | null) {
		const isNews = (message: Message) => message.offset > offset && message.user.id !== me && textOf(message) !== null;
		const first = this.#messages.find(isNews);
		if (!first || this.#marks.some(({ kind }) => kind === 'new')) return;
		const { at } = this.#messages.findLast((message) => message.offset <= offset) ?? first;
		this.#marks = [...this.#marks, { kind: 'new', offset: first.offset, at }];
	}

	/** Whoever writes has read: the line above what was missed goes. */
	sent() {
		this.#marks = this.#marks.filter(({ kind }) => kind !== 'new');
	}

	/** Keeps the newest `limit` messages, the earlier ones can be asked for again; false when there was nothing to do. */
	trim(limit: number): boolean {
		if (this.#messages.length <= limit) return false;
		this.#messages = this.#messages.slice(-limit);
		this.#more = true;
		return true;
	}

	/** In the order they are shown. */
	entries(): Entry[] {
		const entries: Entry[] = [];
		const known = new Set<string>();
		for (const message of this.#messages) {
			const name = keyOf(message);
			known.add(name);
			const shown = this.#entryOf(message, name);
			if (shown) entries.push(shown);
		}
		for (const item of [...this.#stored.values(), ...this.#pending]) {
			const text = textOf(item);
			const name = keyOf(item);
			if (text === null || known.has(name)) continue;
			known.add(name);
			const offset = item.offset ?? this.#failedAfter.get(item.id) ?? Number.POSITIVE_INFINITY;
			const sendingSince = this.#sendingSince.get(item.id) ?? null;
			entries.push(
				entry(item, text, { key: item.id, offset, status: item.status, sendingSince, item, editable: this.#unsent.has(item.id) }),
			);
		}
		// Stable: a refused one stays behind the message it followed, and ours on their way keep their order at the end.
		return entries.sort((a, b) => (a.offset === b.offset ? 0 : a.offset - b.offset));
	}

	#entryOf(message: Message, name: string): Entry | null {
		const known = this.#shown.get(message);
		if (known !== undefined) return known;
		const text = textOf(message);
		const { offset, user } = message;
		const key = this.#ids.get(name) ?? name;
		const shown = text === null ? null : entry(message, text, { key, offset, user, status: 'stored' });
		this.#shown.set(message, shown);
		return shown;
	}

	/** The offset of the newest message that is here; 0: none. */
	get lastOffset() {
		return this.#messages.at(-1)?.offset ?? 0;
	}
}

const entry = ({ at }: { at: number }, text: string, rest: Partial<Entry> & Pick<Entry, 'key' | 'offset' | 'status'>): Entry => ({
	text,
	at,
	user: null,
	sendingSince: null,
	item: null,
	editable: false,
	...rest,
});
