/** What a room has shown is written down now and then, and read by its reader alone. */
import { describe, expect, it } from 'bun:test';
import { MessageShelf } from '../../../src/lib/offline/messages.ts';
import { Keeper } from '../../../src/lib/stores/kept.svelte.ts';
import type { Recent } from '../../../src/lib/stores/transcript.ts';
import { FakeCaches } from '../../support/fake-caches.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const origin = 'https://holdfast.test';
const recent = (offset: number, epoch = 'e'): Recent => ({ epoch, offset, messages: [], more: false });

describe('the keeper', () => {
	it('many changes -> one write of the last; unchanged -> none; leaving -> at once; nothing waits afterwards', async () => {
		const clock = new FakeClock();
		const written: number[] = [];
		const keeper = new Keeper(async ({ offset }) => void written.push(offset), clock);
		for (const offset of [1, 2, 3]) keeper.changed(recent(offset));
		await clock.advance(2_000);
		expect(written).toEqual([3]);
		keeper.changed(recent(3));
		await clock.advance(2_000);
		expect(written).toEqual([3]);
		keeper.changed(recent(4));
		keeper.flush();
		keeper.flush();
		expect(written).toEqual([3, 4]);
		keeper.changed(recent(1, 'another log'));
		await clock.advance(2_000);
		expect(written).toEqual([3, 4, 1]);
		expect(clock.pending).toBe(0);
	});
});

describe('the shelf', () => {
	it('its reader reads what was written; another reader, another room, and what is no such thing -> null', async () => {
		const caches = new FakeCaches();
		const shelf = new MessageShelf(caches, origin);
		await shelf.write('a b', { ...recent(7), messages: [], reader: 'ann' });
		expect(await shelf.read('a b', 'ann')).toEqual({ ...recent(7), messages: [], reader: 'ann' });
		expect(await shelf.read('a b', 'bo')).toBeNull();
		expect(await shelf.read('other', 'ann')).toBeNull();
		const cache = await caches.open('holdfast-messages');
		await cache.put(`${origin}/rooms/x`, new Response('{"reader":"ann","messages":[{"text":1}]}'));
		expect(await shelf.read('x', 'ann')).toBeNull();
	});

	it('30 rooms at the most', async () => {
		const caches = new FakeCaches();
		const shelf = new MessageShelf(caches, origin);
		for (let room = 1; room <= 31; room++) await shelf.write(`r${room}`, { ...recent(1), messages: [], reader: 'ann' });
		expect(await shelf.read('r1', 'ann')).toBeNull();
		expect(await shelf.read('r31', 'ann')).not.toBeNull();
		expect(await (await caches.open('holdfast-messages')).keys()).toHaveLength(30);
	});
});
