/** One record is one line that parses, whatever people chose; secrets and what moves a terminal's cursor are not in it. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { clean, lineOf } from '../../../src/lib/server/log-line.ts';
import { readOptions, settingsOf } from '../../../src/lib/server/options.ts';

const write = (properties: Record<string, unknown>, message: readonly unknown[] = ['it happened']) =>
	lineOf({ timestamp: 1_764_000_000_000, level: 'info', message, properties });
const read = (properties: Record<string, unknown>, message?: readonly unknown[]): Record<string, unknown> =>
	JSON.parse(write(properties, message));

describe('a log line', () => {
	it('time, level, rendered message, then the properties, flat', () => {
		const line = write({ connection: 'c1', code: 1006, resumed: false, room: undefined, rooms: ['lobby'] }, [
			'',
			'websocket',
			' ended',
		]);
		expect(line).toBe(
			'{"timestamp":"2025-11-24T16:00:00.000Z","level":"info","message":"websocket ended","connection":"c1","code":1006,"resumed":false,"rooms":["lobby"]}\n',
		);
	});

	it('S19 a name or room that is a line of its own stays inside its line', () => {
		const forged = 'a\n{"level":"error"}\r\u0085\u2028\u2029\u001b[2J\u009b1m\u202etxt.exe\u200f\ud800';
		const line = write({ room: forged, [forged]: 1, list: [forged, [forged]], nested: { forged } }, ['in ', forged]);
		expect(line.split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(2);
		expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
		const parsed = JSON.parse(line);
		expect(parsed.level).toBe('info');
		// What a terminal would be shown by `jq -r` is harmless too.
		expect(parsed.room).toBe(
			'a\\u{a}{"level":"error"}\\u{d}\\u{85}\\u{2028}\\u{2029}\\u{1b}[2J\\u{9b}1m\\u{202e}txt.exe\\u{200f}\\u{d800}',
		);
	});

	it('S19 any text at any place -> one line, that parses, of bounded length, with our level and time', () => {
		const text = fc.string({ unit: 'binary', maxLength: 600 });
		fc.assert(
			fc.property(
				text,
				fc.dictionary(text, fc.oneof(text, fc.array(text), fc.jsonValue()), { maxKeys: 5 }),
				(word, properties) => {
					const line = write({ ...properties, word }, ['', word, '']);
					expect(line.match(/[\n\r\u2028\u2029]/g)).toEqual(['\n']);
					expect(JSON.parse(line)).toMatchObject({ level: 'info', timestamp: '2025-11-24T16:00:00.000Z' });
					expect(line.length).toBeLessThan(40_000);
				},
			),
		);
	});

	it('a long text -> 256 characters', () => {
		expect(clean('x'.repeat(10_000))).toBe(`${'x'.repeat(255)}…`);
		expect(clean('\u202e'.repeat(10_000))).toHaveLength(256);
	});

	it('a property named as ours -> it does not take its place', () => {
		expect(read({ level: 'fatal', message: 'forged', timestamp: 0 })).toMatchObject({
			level: 'info',
			level_: 'fatal',
			message: 'it happened',
			message_: 'forged',
		});
	});

	it('an error -> name and message, and its stack as a list', () => {
		const line = read({ where: 'open', error: new TypeError('no\nsuch thing') }, ['failed: ', new TypeError('no\nsuch thing')]);
		expect(line).toMatchObject({ message: 'failed: TypeError: no\\u{a}such thing', error: 'TypeError: no\\u{a}such thing' });
		expect(Array.isArray(line.stack) && line.stack.length > 1).toBe(true);
	});

	it('what cannot be written -> a line that says so', () => {
		const circle: Record<string, unknown> = {};
		circle.circle = circle;
		expect(read({ connection: 'c1', circle })).toMatchObject({
			message: 'it happened',
			connection: 'c1',
			unwritable: expect.any(String),
		});
		expect(read({ big: 1n, none: null, symbol: Symbol('s') })).toMatchObject({ big: '1', none: null, symbol: 'Symbol(s)' });
	});
});

describe('secrets', () => {
	it('by the name of what holds them, also inside of something', () => {
		const line = write({
			token: 'hush',
			adminToken: 'hush',
			setCookie: 'hush',
			Authorization: 'hush',
			about: { webhookUrl: 'hush' },
		});
		expect(line).not.toContain('hush');
		expect(line).toContain('"token":"[secret]"');
	});

	it('in what follows the address in a URL, and before its host', () => {
		expect(clean('GET /api/websocket?ticket=hush&x=1 failed')).toBe('GET /api/websocket?… failed');
		expect(clean('redis://me:hush@cache:6379/0')).toBe('redis://…@cache:6379/0');
		expect(clean('is it well?')).toBe('is it well?');
	});

	it('none of the settings is among them in the line of a start', () => {
		const hush = 'hush'.repeat(10);
		const settings = settingsOf(
			readOptions({ IDENTITY_SECRET: hush, ADMIN_TOKEN: hush, ALERT_WEBHOOK_URL: `https://a.example/${hush}` }),
		);
		expect(settings).toMatchObject({ 'listen.port': 3001, 'heartbeat.intervalMs': 30_000, 'origins.allowed': [] });
		expect(write(settings)).not.toContain('hush');
		expect(read(settingsOf(readOptions({}))).identitySecrets).toBeUndefined();
	});
});
