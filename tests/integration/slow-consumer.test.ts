/** Rule 9: a reader that does not read is ended with 4101, nobody else notices, and nothing is skipped in silence. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { offsetsOf, range } from './rooms.ts';
import { SlowReader } from './slow-reader.ts';

let server: InProcess;
const clock = new FakeClock();
beforeAll(async () => {
	server = await startInProcess({ clock, env: { MAX_CONNECTIONS_PER_USER: '4' } });
});
afterAll(() => server.close());

const client = 'slow-reader';
async function slowReader(room: object, connectionNumber: number) {
	const reader = await SlowReader.open(server.url, await server.cookie('Eve'));
	reader.send({ type: 'hello', version: 1, client, connectionNumber, rooms: [room] });
	await reader.until(() => reader.ofType('live').length === 1);
	return reader;
}

describe('slow consumer', () => {
	it('does not read while 16 MB arrive -> 4101; the others have everything; it resumes without a hole', async () => {
		const room = 'flood';
		const reader = await slowReader({ room }, 1);
		const bystander = await server.peer('Bob');
		await bystander.hello({ rooms: [room] });
		const writer = await server.peer('Ann');
		await writer.hello();
		reader.stopReading();
		for (let round = 0; round < 32; round++) {
			// As many as fit into one text.
			const frames = range(1, 32).map(() => writer.message(room, '界'.repeat(600)));
			const last = frames.at(-1)?.seq;
			writer.send(...frames);
			await writer.next('ack', ({ seq }) => seq === last);
		}
		for (let flood = 0; flood < 14; flood++) {
			const frames = range(1, 64).map((n) => writer.message(room, '界'.repeat(4_000), { n }));
			for (const frame of frames) writer.send(frame);
			await writer.next('ack', ({ seq }) => seq === frames.at(-1)?.seq);
		}
		const head = 32 * 32 + 14 * 64;
		if (!offsetsOf(bystander, room).includes(head)) await bystander.next('message', ({ offset }) => offset === head);
		expect(offsetsOf(bystander, room)).toEqual(range(1, head));
		await clock.advance(2_000);

		// Reading again, it finds what was on its way, then the close frame.
		reader.read();
		await reader.until(() => reader.ended);
		expect(reader.closeCode).toBe(4101);
		const seen = reader.offsets(room);
		expect(seen).toEqual(range(1, seen.length));
		expect(seen.length).toBeLessThan(head);

		const [ack] = writer.all('ack');
		const back = await slowReader({ room, epoch: ack?.epoch, offset: seen.length }, 2);
		expect(back.ofType('welcome')[0]).toMatchObject({ resumed: true, previous: { endedBy: 'slow-consumer', code: 4101 } });
		await back.until(() => back.offsets(room).at(-1) === head);
		expect(back.offsets(room)).toEqual(range(seen.length + 1, head));
		for (const peer of [bystander, writer]) peer.close();
		back.destroy();
	}, 30_000);
});
