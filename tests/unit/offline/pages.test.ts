/** Which pages are kept, for whom, how many, and what is shown where the network is gone. */
import { describe, expect, it } from 'bun:test';
import { origin, rendered, startWorker } from './worker.ts';

async function installed() {
	const worker = startWorker();
	await worker.build.install();
	return worker;
}

describe('without a network', () => {
	it('loaded -> the copy of that very page, as new as its last load; never loaded -> the shell', async () => {
		const { network, visit, visitOffline } = await installed();
		network.answer = () => rendered('first');
		await visit('/rooms/a');
		network.answer = () => rendered('second');
		expect(await visit('/rooms/a')).toBe('second');
		expect(await visitOffline('/rooms/a')).toBe('second');
		expect(await visitOffline('/rooms/a#end')).toBe('second');
		expect(await visitOffline('/rooms/b')).toBe('/offline of 1');
	});

	it('looked at in another way -> the address that there is a copy of', async () => {
		const { network, visit, visitOffline } = await installed();
		network.answer = () => rendered('room');
		await visit('/rooms/a');
		expect(await visitOffline('/rooms/a?view=estimate')).toBe('-> /rooms/a');
	});

	it('no shell yet -> what the network did', async () => {
		expect(await startWorker().visitOffline('/rooms/a')).toBe('Failed to fetch');
	});

	it('a proxy without its server -> the copy, which stays; the server itself in trouble -> what it says', async () => {
		const { network, visit, copies } = await installed();
		network.answer = () => rendered('room');
		await visit('/rooms/a');
		for (const status of [502, 503, 504]) {
			network.answer = () => new Response('bad gateway', { status });
			expect(await visit('/rooms/a')).toBe('room');
		}
		network.answer = () => new Response('a fault', { status: 500 });
		expect(await visit('/rooms/a')).toBe('a fault');
		expect(await copies()).toEqual(['/rooms/a']);
	});

	it('a copy whose build is not kept is not shown: it could not run', async () => {
		const { network, visit, visitOffline } = await installed();
		network.answer = () => rendered('newer', 'ann', '2');
		await visit('/rooms/a');
		expect(await visitOffline('/rooms/a')).toBe('/offline of 1');
	});
});

describe('what is kept', () => {
	it('nothing without the word of the server, and no error', async () => {
		const { network, visit, copies } = await installed();
		await visit('/rooms/a');
		network.answer = () => new Response('fault', { status: 500, headers: rendered('').headers });
		await visit('/rooms/b');
		expect(await copies()).toEqual([]);
	});

	it('30 pages, the one loaded longest ago goes first', async () => {
		const { network, visit, copies } = await installed();
		network.answer = (path) => rendered(path);
		for (let page = 1; page <= 30; page++) await visit(`/rooms/${page}`);
		await visit('/rooms/1');
		await visit('/rooms/31');
		const now = await copies();
		expect(now).toHaveLength(30);
		expect(now).not.toContain('/rooms/2');
		expect(now.slice(-2)).toEqual(['/rooms/1', '/rooms/31']);
	});

	for (const status of [401, 403, 404, 410])
		it(`${status}: its reader may not see it any more -> no copy of it, however looked at, and none of its messages`, async () => {
			const { network, visit, copies, caches } = await installed();
			network.answer = (path) => rendered(path);
			for (const path of ['/rooms/a', '/rooms/a?view=estimate', '/rooms/b']) await visit(path);
			const messages = await caches.open('holdfast-messages');
			await messages.put(`${origin}/rooms/a`, new Response('{}'));
			network.answer = () => new Response('no', { status });
			await visit('/rooms/a');
			expect(await copies()).toEqual(['/rooms/b']);
			expect(await messages.keys()).toEqual([]);
		});

	it('another reader -> only theirs, without messages of the one before, and a shell rendered anew', async () => {
		const { network, visit, copies, caches } = await installed();
		network.answer = (path) => rendered(path, 'ann');
		await visit('/rooms/a');
		await (await caches.open('holdfast-messages')).put(`${origin}/rooms/a`, new Response('{}'));
		network.asked = [];
		network.answer = (path) => rendered(path, 'bo');
		await visit('/rooms/b');
		expect(await copies()).toEqual(['/rooms/b']);
		expect(await caches.has('holdfast-messages')).toBe(false);
		expect(network.asked).toEqual(['/rooms/b', '/offline']);
	});

	it('three readers at once -> copies of one of them', async () => {
		const { network, visit, copies } = await installed();
		let next = 0;
		network.answer = (path) => rendered(path, `reader ${next++}`);
		await Promise.all(['/rooms/a', '/rooms/b', '/rooms/c'].map(visit));
		expect(await copies()).toHaveLength(1);
	});

	it('asked to keep a page -> fetched once; forgotten -> nothing, nor what was under way', async () => {
		const { network, pages, copies, visit } = await installed();
		network.asked = [];
		network.answer = (path) => rendered(path);
		await pages.keep(`${origin}/rooms/a`);
		await pages.keep(`${origin}/rooms/a`);
		expect(network.asked).toEqual(['/rooms/a']);
		const away = visit('/rooms/c');
		await pages.forget();
		await away;
		expect(await copies()).toEqual([]);
	});
});
