/** Where the browser keeps nothing, or keeps nonsense: the client goes on, and says so. */
import { describe, expect, it } from 'bun:test';
import { createIndexedDbOutboxStore } from '../../../src/lib/client/indexed-db-store.ts';
import { type FakeTab, written } from '../../support/fake-browser.ts';
import { say, start } from './indexed-db-harness.ts';

describe('where the browser refuses', () => {
	const refusals: [string, Partial<FakeTab>][] = [
		['IndexedDB throws', { indexedDB: new Proxy(indexedDB, { get: () => () => fail('SecurityError') }) }],
		['the database never opens', { indexedDB: new Proxy(indexedDB, { get: () => () => new EventTarget() }) }],
		['session storage throws', { sessionStorage: { getItem: () => fail('SecurityError'), setItem() {}, removeItem() {} } }],
	];
	it.each(refusals)('%s -> goes on in memory and says so once', async (_, host) => {
		const { browser, create, wait, log, errors } = start();
		const tab = { ...browser.open(), ...host };
		const client = create({ store: createIndexedDbOutboxStore(tab), page: tab.page });
		say(client, 1);
		client.connect();
		await wait(4_000);
		say(client, 2);
		await wait(100);
		expect(log()).toEqual([1, 2]);
		expect(client.getConnectionState().storage).toBe('memory');
		expect(errors.map(({ code }) => code)).toEqual(['storage']);
		client.close();
	});

	it('the disk fills up later -> goes on in memory, says so once, and the next document begins anew', async () => {
		const { browser, life, reload, wait, log, errors } = start();
		const disk = { full: false };
		const before = life(browser.open({ indexedDB: fillable(browser.indexedDB, disk) }));
		before.client.connect();
		say(before.client, 1);
		await wait(100);
		disk.full = true;
		say(before.client, 2, 3);
		await wait(100);
		expect(log()).toEqual([1, 2, 3]);
		expect(before.client.getConnectionState().storage).toBe('memory');
		expect(errors).toMatchObject([{ code: 'storage' }]);
		const { client } = reload(before);
		client.connect();
		say(client, 4);
		await wait(3_000);
		expect(client.id).not.toBe(before.client.id);
		expect(log()).toEqual([1, 2, 3, 4]);
		expect(client.getConnectionState().storage).toBe('durable');
		client.close();
	});

	it('a newer version of the page -> this one closes its database at once and goes on in memory', async () => {
		const { open, browser, wait, log, errors } = start();
		const { client } = open();
		client.connect();
		await wait(100);
		const upgrade = browser.indexedDB.open('holdfast-outbox', 99);
		const upgraded = new Promise((resolve) => {
			upgrade.onsuccess = resolve;
		});
		await upgraded;
		say(client, 1);
		await wait(100);
		expect(log()).toEqual([1]);
		expect(client.getConnectionState().storage).toBe('memory');
		expect(errors).toMatchObject([{ code: 'storage', message: expect.stringContaining('newer version') }]);
		client.close();
	});

	it('damaged records -> dropped and reported, the others are sent', async () => {
		const { open, reload, browser, wait, log, errors } = start();
		const before = open();
		say(before.client, 1, 2, 3);
		await wait(0);
		await change(browser.indexedDB, (items) => items.put({ client: before.client.id, room: 'lobby', seq: 2, kind: 7 }));
		const { client } = reload(before);
		client.connect();
		await wait(3_000);
		expect(log()).toEqual([1, 3]);
		expect(errors).toMatchObject([{ code: 'storage', message: expect.stringContaining('1 unsent') }]);
		client.close();
	});

	it('nonsense in the session storage is no trouble', async () => {
		for (const text of ['', '{', '7', '{"client":7}', '{"client":"x","connectionNumber":1e99}']) {
			const { open, wait } = start();
			const { client } = open({ storage: new Map([['holdfast.client', text]]) });
			client.connect();
			await wait(500);
			expect(client.state.name).toBe('connected');
			expect(client.getConnectionState().storage).toBe('durable');
			client.close();
		}
	});
});

function fail(name: string): never {
	throw new DOMException('refused', name);
}

/** A factory whose databases take nothing more once the disk is full. */
function fillable(factory: IDBFactory, disk: { full: boolean }): IDBFactory {
	const open = (...args: Parameters<IDBFactory['open']>) => {
		const request = factory.open(...args);
		request.addEventListener('success', () => {
			const { result } = request;
			const transaction = result.transaction.bind(result);
			result.transaction = (stores, mode, options) =>
				disk.full && mode === 'readwrite' ? fail('QuotaExceededError') : transaction(stores, mode, options);
		});
		return request;
	};
	return new Proxy(factory, { get: () => open });
}

async function change(factory: IDBFactory, run: (items: IDBObjectStore) => void) {
	const request = factory.open('holdfast-outbox');
	await written();
	run(request.result.transaction('items', 'readwrite').objectStore('items'));
	await written();
	request.result.close();
}
