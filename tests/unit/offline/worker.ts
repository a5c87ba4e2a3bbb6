/** A worker's pages and build on a fake network and fake caches. */
import { Build } from '../../../src/lib/offline/build.ts';
import { COPY_HEADER, writeMark } from '../../../src/lib/offline/names.ts';
import { Pages } from '../../../src/lib/offline/pages.ts';
import { FakeCaches } from '../../support/fake-caches.ts';

export const origin = 'https://holdfast.test';

/** A page as the server renders it for a reader, by a build. */
export const rendered = (text: string, reader = 'ann', build = '1') =>
	new Response(text, { headers: { [COPY_HEADER]: writeMark({ build, reader }) } });

export function startWorker(version = '1', caches = new FakeCaches()) {
	const network = {
		/** What the server has for a path; null: no network. */
		answer: (path: string): Response | null => new Response(`${path} of ${version}`),
		asked: [] as string[],
	};
	const fetch = async (request: Request) => {
		const path = request.url.slice(origin.length);
		network.asked.push(path);
		const answer = network.answer(path);
		if (!answer) throw new TypeError('Failed to fetch');
		return answer;
	};
	const immutable = [`/_app/immutable/${version}.js`];
	const build = new Build({ caches, fetch, version, immutable, static: ['/favicon.svg'], origin });
	const pages = new Pages({ caches, fetch, build });

	/** What the browser shows, once everything that is to be kept is kept. */
	async function visit(path: string) {
		const left: Promise<void>[] = [];
		const answer = await pages.visit(new Request(origin + path), (work) => left.push(work));
		await Promise.all(left);
		return answer.status === 302 ? `-> ${answer.headers.get('location')?.replace(origin, '')}` : answer.text();
	}
	return {
		build,
		pages,
		caches,
		network,
		visit,
		/** The same without a network. */
		visitOffline(path: string) {
			network.answer = () => null;
			return visit(path).catch((error: Error) => error.message);
		},
		async copies() {
			const keys = await (await caches.open('holdfast-pages')).keys();
			return keys.map(({ url }) => url.slice(origin.length));
		},
	};
}
