/** Histories survive their file, and a damaged file is named. */
import { afterAll, expect, it } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createRecorder, hashOf, parseHistory, readHistory } from '../../support/history.ts';
import { play, step } from './model.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('write -> read gives the same events', async () => {
	const path = join(folder, 'history.jsonl');
	await Bun.write(path, 'what an earlier run left\n'.repeat(100));
	let time = 0;
	const recorder = createRecorder({ now: () => (time += 0.1), path });
	recorder.record({ type: 'send', client: 'ann', room: 'Räume & more', seq: 1, hash: hashOf('chat', { text: 'hi\n' }) });
	recorder.record({ type: 'fault', kind: 'black hole', on: true, detail: 'up' });
	recorder.record({ type: 'quiesce' });
	await recorder.close();
	await recorder.close();
	expect(await readHistory(path)).toEqual([...recorder.events]);
});

it('every event of the model survives JSON', () => {
	fc.assert(
		fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
			const events = play(steps);
			const read = parseHistory(events.map((event) => JSON.stringify(event)).join('\n'));
			expect(read).toEqual([...events]);
		}),
		{ numRuns: 50 },
	);
});

it('names the line that is no event', () => {
	const good = '{"at":1,"type":"quiesce"}';
	expect(() => parseHistory(`${good}\n{"at":1,"type":"nonsense"}`)).toThrow('line 2');
	expect(() => parseHistory(`${good}\n{"at":1,"typ`)).toThrow('line 2');
	expect(() => parseHistory('{"at":1,"type":"ack","client":"a","room":"r","seq":0,"epoch":"e","offset":1}')).toThrow('line 1');
});

it('equal content has an equal hash, other content another', () => {
	expect(hashOf('chat', { text: 'a' })).toBe(hashOf('chat', JSON.parse('{"text":"a"}')));
	expect(hashOf('chat', { text: 'a' })).not.toBe(hashOf('chat', { text: 'b' }));
	expect(hashOf('chat', { text: 'a' })).not.toBe(hashOf('topic', { text: 'a' }));
});
