/** Chromium behind real proxies whose settings take WebSocket away, and give it back: people notice nothing but the badge. */
import { haproxyWithoutUpgrade, startHaproxy } from '../support/haproxy.ts';
import { identify } from '../support/in-process.ts';
import { nginxWithoutUpgrade, startNginx } from '../support/nginx.ts';
import { RawPeer } from '../support/raw-peer.ts';
import type { ServerProcess } from '../support/server.ts';
import { expect, type Person, test } from './app.ts';

const proxies = [
	{ name: 'nginx', start: startNginx, broken: nginxWithoutUpgrade },
	{ name: 'HAProxy', start: startHaproxy, broken: haproxyWithoutUpgrade },
];

for (const { name, start, broken } of proxies)
	test(`T-16, T-17 ${name} without upgrades -> chat over HTTP within 5 s; corrected and reloaded -> the same page is back on WebSocket, nothing lost, doubled or reordered`, async ({
		enter,
		server,
	}) => {
		test.setTimeout(120_000);
		const proxy = await start({ upstreamPort: server.port, changes: broken });
		try {
			const ann = await enter('switch', proxy.url);
			const deadline = performance.now() + 5_000;
			const left = () => ({ timeout: Math.max(1, deadline - performance.now()) });
			await ann.say('from behind the proxy');
			await expect(ann.badge()).toContainText('compatibility mode', left());
			await expect.poll(ann.ticks, left()).toEqual(['stored']);

			const bob = await enter('switch');
			const talking = talk(bob);
			await expect.poll(async () => (await ann.texts()).length).toBeGreaterThan(5);
			// A page that is loaded anew would be back too, and prove nothing.
			await ann.page.evaluate(() => Object.assign(window, { untouched: true }));
			await proxy.reload();
			await expect(ann.badge()).toContainText(/Live\s*$/, { timeout: 60_000 });
			const switched = (await ann.texts()).length;
			await expect.poll(async () => (await ann.texts()).length).toBeGreaterThan(switched + 5);
			await talking.end();

			await ann.say('over WebSocket');
			await expect.poll(ann.ticks).toEqual(['stored', 'stored']);
			const log = await readLog(server, 'switch');
			expect(log.length).toBeGreaterThan(switched);
			for (const person of [ann, bob]) await expect.poll(person.texts).toEqual(log);
			expect(log.filter((text) => text.startsWith('bob'))).toEqual(talking.said);
			expect(await ann.page.evaluate(() => 'untouched' in window)).toBe(true);
		} finally {
			await proxy.close();
		}
	});

/** Speaks until it is told to end. */
function talk(person: Person) {
	const said: string[] = [];
	let over = false;
	const talking = (async () => {
		while (!over) {
			const text = `bob ${said.length + 1}`;
			said.push(text);
			await person.say(text);
			// Less often than the rate limit, and than what a page keeps on screen in a minute.
			await person.page.waitForTimeout(200);
		}
	})();
	return {
		said,
		async end() {
			over = true;
			await talking;
			await expect.poll(async () => new Set(await person.ticks())).toEqual(new Set(['stored']));
		},
	};
}

/** What the server keeps of a room, from its first message. */
async function readLog(server: ServerProcess, room: string): Promise<string[]> {
	const { cookie } = await identify(server.url, 'auditor');
	const peer = new RawPeer(server.url, { cookie });
	await peer.hello({ rooms: [room] });
	const { epoch } = await peer.next('subscribed');
	const reader = new RawPeer(server.url, { cookie });
	await reader.hello({ rooms: [{ room, epoch, offset: 0 }] });
	for (const each of [peer, reader]) each.close();
	return reader.all('message', room).map(({ data }) => String(Object(data).text));
}
