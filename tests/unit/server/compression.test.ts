/** What is compressed and how, by what the client takes. */
import { describe, expect, it } from 'bun:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { answerOf, compressed, encodingFor } from '../../../src/lib/server/http/compression.ts';

const long = 'Höre, was geschah. '.repeat(200);
const json = { 'content-type': 'application/json' };
const measured = (text: string, headers: Record<string, string>) =>
	new Response(text, { headers: { ...headers, 'content-length': String(Buffer.byteLength(text)) } });
const asking = (accept?: string) =>
	new Request('http://x/', accept === undefined ? {} : { headers: { 'accept-encoding': accept } });

describe('compression', () => {
	it.each([
		['gzip, deflate, br, zstd', 'br'],
		['gzip', 'gzip'],
		['GZIP;q=0.5', 'gzip'],
		['br;q=0, gzip;q=1.0', 'gzip'],
		['br; q=0,*', 'gzip'],
		['*', 'br'],
		['identity', null],
		['gzip;q=0', null],
		['', null],
		[null, null],
		['deflate', null],
	])('%p -> %p', (accepted, encoding) => {
		expect(encodingFor(accepted)).toBe(encoding as never);
	});

	it('a long text comes back whole, with its new length, and says what it depends on', async () => {
		for (const [accept, decode] of [
			['br', brotliDecompressSync],
			['gzip', gunzipSync],
		] as const) {
			const response = await compressed(asking(accept), measured(long, { ...json, etag: '"a"' }));
			const bytes = await response.bytes();
			expect(bytes.length).toBeLessThan(long.length / 3);
			expect(response.headers.get('content-length')).toBe(String(bytes.length));
			expect(response.headers.get('content-encoding')).toBe(accept);
			expect(response.headers.get('vary')).toBe('accept-encoding');
			expect(response.headers.get('etag')).toBe('W/"a"');
			expect(decode(bytes).toString()).toBe(long);
		}
	});

	it.each([
		['a short text', () => measured('short', json)],
		['an event stream', () => measured(long, { 'content-type': 'text/event-stream' })],
		['an image', () => measured(long, { 'content-type': 'image/png' })],
		['what is encoded already', () => measured(long, { ...json, 'content-encoding': 'zstd' })],
		['a stream of unknown length', () => new Response(long, { headers: json })],
		['a refusal', () => new Response(long, { status: 500, headers: { ...json, 'content-length': '9999' } })],
	])('%s stays as it is', async (_, make) => {
		const response = make();
		const text = await make().text();
		expect(await (await compressed(asking('br, gzip'), response)).text()).toBe(text);
	});

	it('who takes nothing gets the text itself', async () => {
		const response = await compressed(asking(), measured(long, json));
		expect(response.headers.get('content-encoding')).toBeNull();
		expect(response.headers.get('vary')).toBe('accept-encoding');
		expect(await response.text()).toBe(long);
	});

	it('an answer is made as its client takes it', async () => {
		const given = new Headers({ ...json, vary: 'accept-encoding' });
		const short = await answerOf(asking('br'), 'short', given);
		const whole = await answerOf(asking(), long, given);
		expect([await short.text(), await whole.text()]).toEqual(['short', long]);
		const packed = await answerOf(asking('gzip'), long, given);
		expect([packed.headers.get('content-encoding'), packed.headers.get('content-type')]).toEqual(['gzip', 'application/json']);
		expect(gunzipSync(await packed.bytes()).toString()).toBe(long);
		for (const { headers } of [short, whole, packed]) expect(headers.get('vary')).toBe('accept-encoding');
	});
});
