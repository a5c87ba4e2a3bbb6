/** Keeps what a room shows on this device, so that a reload without a network shows it too, and takes in what was kept before. */
import { on } from 'svelte/events';
import type { Cancel, Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { MessageShelf } from '../offline/messages.ts';
import { dropPage } from '../offline/page.ts';
import type { Room } from './room.svelte.ts';
import type { Recent } from './transcript.ts';

/** Between two writes, in milliseconds: a busy room costs one of them, not one for each message. */
const WRITTEN_EVERY_MS = 1_500;

/** Writes the newest of what it is told, now and then. */
export class Keeper {
	readonly #write: (recent: Recent) => Promise<void>;
	readonly #clock: Clock;
	#written: Recent | null = null;
	#next: Recent | null = null;
	#cancel: Cancel | null = null;

	constructor(write: (recent: Recent) => Promise<void>, clock: Clock = systemClock) {
		this.#write = write;
		this.#clock = clock;
	}

	changed(recent: Recent) {
		if (recent.epoch === this.#written?.epoch && recent.offset === this.#written.offset) return;
		this.#next = recent;
		this.#cancel ??= this.#clock.setTimeout(() => this.flush(), WRITTEN_EVERY_MS);
	}

	/** Writes what is waiting to be written: the page may be about to go. */
	flush() {
		this.#cancel?.();
		this.#cancel = null;
		const recent = this.#next;
		this.#next = null;
		if (!recent) return;
		this.#written = recent;
		this.#write(recent).catch((error: unknown) => console.warn('no copy for offline use:', error));
	}
}

/**
 * For an effect: keeps `room` on this device for `reader` until the effect ends, and forgets it once the room is refused. Does nothing
 * for nobody, and where the page is not served safely: there a browser has no place for it.
 */
export function keepRoom(room: Room, reader: string | undefined) {
	if (reader === undefined || !('caches' in window)) return;
	const shelf = new MessageShelf(caches, location.origin);
	const keeper = new Keeper((recent) => shelf.write(room.name, { ...recent, messages: [...recent.messages], reader }));
	// Until what was kept is in the room, the room knows less than it: a page that goes at once must not write that over it.
	let adopted = $state(false);
	shelf
		.read(room.name, reader)
		.then(
			(kept) => kept && room.adopt(kept),
			(error: unknown) => console.warn('what was kept could not be read:', error),
		)
		.finally(() => {
			adopted = true;
		});
	$effect(() => {
		const { recent, refused } = room;
		if (refused !== null) dropPage(shelf.addressOf(room.name));
		else if (recent && adopted) keeper.changed(recent);
	});
	$effect(() => {
		const stops = [on(window, 'pagehide', () => keeper.flush()), on(document, 'visibilitychange', () => keeper.flush())];
		return () => {
			for (const stop of stops) stop();
			keeper.flush();
		};
	});
}
