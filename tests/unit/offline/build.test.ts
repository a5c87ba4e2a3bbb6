/** A build is kept whole or not at all, and as long as there may be pages that need it. */
import { describe, expect, it } from 'bun:test';
import { isWord, readMark, standsIn } from '../../../src/lib/offline/names.ts';
import { FakeCaches } from '../../support/fake-caches.ts';
import { origin, rendered, startWorker } from './worker.ts';

const part = async (worker: ReturnType<typeof startWorker>, path: string) =>
	(await worker.build.part(new Request(origin + path)).catch((error: Error) => new Response(error.message))).text();

describe('a build', () => {
	it('installed -> its parts without a network; what it does not have -> the network', async () => {
		const worker = startWorker();
		await worker.build.install();
		worker.network.asked = [];
		expect(await part(worker, '/_app/immutable/1.js')).toBe('/_app/immutable/1.js of 1');
		expect(await part(worker, '/favicon.svg')).toBe('/favicon.svg of 1');
		expect(worker.network.asked).toEqual([]);
		expect(await part(worker, '/_app/immutable/new.js')).toBe('/_app/immutable/new.js of 1');
		const paths = ['/favicon.svg', '/_app/immutable/x.js', '/api/poll', '/status', '/_app/version.json'];
		expect(paths.filter((path) => worker.build.holds(path))).toEqual(['/favicon.svg', '/_app/immutable/x.js']);
	});

	it('one part is missing -> not installed, nothing of it kept', async () => {
		const worker = startWorker();
		worker.network.answer = (path) => new Response(path, { status: path === '/favicon.svg' ? 503 : 200 });
		await expect(worker.build.install()).rejects.toThrow('/favicon.svg could not be kept: the server answered 503');
		expect(await worker.caches.keys()).toEqual([]);
	});

	it('a new one -> the pages of the one before still find their parts; the next one -> they and their copies are gone', async () => {
		const caches = new FakeCaches();
		const kept: string[] = [];
		for (const version of ['1', '2', '3']) {
			const worker = startWorker(version, caches);
			await worker.build.install();
			await worker.build.tidy().then((builds) => worker.pages.tidy(builds));
			worker.network.answer = () => rendered(`page of ${version}`, 'ann', version);
			await worker.visit(`/rooms/${version}`);
			worker.network.answer = () => null;
			const parts = await Promise.all(['1', '2', '3'].map((other) => part(worker, `/_app/immutable/${other}.js`)));
			kept.push(parts.map((text) => (text === 'Failed to fetch' ? '-' : text.at(-1))).join(''));
		}
		expect(kept).toEqual(['1--', '12-', '-23']);
		expect(await startWorker('3', caches).copies()).toEqual(['/rooms/2', '/rooms/3']);
		expect(new Set(await caches.keys())).toEqual(new Set(['holdfast-build-2', 'holdfast-build-3', 'holdfast-pages']));
	});
});

describe('what page, worker and server tell each other', () => {
	it('a mark comes back as it was written, whatever the reader is called; without one, null', () => {
		expect(readMark(rendered('', 'Zoë of 房间\r\n', '1.2 3'))).toEqual({ build: '1.2 3', reader: 'Zoë of 房间\r\n' });
		expect(readMark(new Response())).toBeNull();
	});

	it('a worker stands in for the way in and for rooms, for nothing else', () => {
		const paths = ['/', '/rooms/a', '/rooms', '/status', '/invite/abc', '/api/rooms/a', '/readyz'];
		expect(paths.filter(standsIn)).toEqual(['/', '/rooms/a']);
	});

	it('what is no word of ours is none', () => {
		expect([{ type: 'forget' }, { type: 'keep', address: 'x' }].every(isWord)).toBe(true);
		expect([null, 'forget', {}, { type: 'keep' }, { type: 'keep', address: 1 }, { type: 'x' }].some(isWord)).toBe(false);
	});
});
