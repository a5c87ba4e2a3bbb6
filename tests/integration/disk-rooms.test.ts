/** A full disk, as those who make and change private rooms see it. */
import { afterEach, expect, it } from 'bun:test';
import { memberOf } from './member.ts';
import { range } from './rooms.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});
async function newDisk(): Promise<SmallDisk> {
	const disk = await smallDisk(24 << 20);
	closing.push(() => disk.remove());
	return disk;
}
const settings = { RATE_LIMIT_REQUESTS_PER_SECOND: '0' };

it('the disk is full -> 503 storage, nothing of it is done, reading goes on; space -> it works again by itself, and what was answered stands', async () => {
	const disk = await newDisk();
	const server = await disk.start(settings);
	const [ann, bob] = [await memberOf(server.url, 'Ann'), await memberOf(server.url, 'Bob')];
	const room = await ann.make('Title 0');
	const token = await ann.invite(room);
	const rename = (n: number) => ann.ask('PATCH', '/api/room', { room, title: `Title ${n} ${'x'.repeat(60)}` });
	const title = async () => JSON.parse((await ann.ask('GET', `/api/room?room=${room}`)).text).title;

	const giveBack = await disk.fill();
	// The database may still have room that it took earlier: sooner or later there is none.
	let stored = 0;
	let refused: Awaited<ReturnType<typeof rename>> | undefined;
	for (let n = 1; !refused && n < 2_000; n++) {
		const answer = await rename(n);
		if (answer.status === 200) stored = n;
		else refused = answer;
	}
	expect([refused?.status, JSON.parse(refused?.text ?? '{}')]).toMatchObject([503, { code: 'storage', retryAfterMs: 1_000 }]);
	expect(await bob.join(token)).toBe(503);
	expect((await ann.ask('POST', '/api/rooms', { title: 'Another' })).status).toBe(503);
	expect(await title()).toStartWith(`Title ${stored}`);
	expect(JSON.parse((await ann.ask('GET', '/api/rooms')).text).rooms).toHaveLength(1);
	expect((await bob.ask('GET', `/api/room?room=${room}`)).status).toBe(404);

	await giveBack();
	for (const n of range(3_000, 3_002)) expect((await rename(n)).status).toBe(200);
	expect(await bob.join(token)).toBe(200);
	await server.kill9();
	const again = await disk.start(settings);
	const { status, text } = await fetch(`${again.url}/api/room?room=${room}`, { headers: { cookie: bob.cookie } }).then(
		async (response) => ({ status: response.status, text: await response.text() }),
	);
	expect(status).toBe(200);
	expect(JSON.parse(text)).toMatchObject({ members: [{ user: { name: 'Ann' } }, { user: { name: 'Bob' } }] });
	expect(JSON.parse(text).title).toStartWith('Title 3002');
}, 40_000);

it('the first private room of all is wanted on a full disk -> 503 storage; space -> it is made', async () => {
	const disk = await newDisk();
	const server = await disk.start(settings);
	const ann = await memberOf(server.url, 'Ann');
	const make = async () => (await ann.ask('POST', '/api/rooms', { title: 'Den' })).status;
	const giveBack = await disk.fill();
	expect(await make()).toBe(503);
	expect(JSON.parse((await ann.ask('GET', '/api/rooms')).text)).toEqual({ rooms: [] });
	await giveBack();
	expect(await make()).toBe(201);
}, 40_000);
