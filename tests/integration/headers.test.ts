/** What answers tell a browser, so that nothing that is not ours runs, frames, sniffs or is handed on. */
import { afterEach, describe, expect, it } from 'bun:test';
import { type InProcess, startInProcess } from '../support/in-process.ts';

const open: InProcess[] = [];
afterEach(async () => {
	for (const server of open.splice(0)) await server.close();
});
/** Its page has a policy as Kit makes one. */
async function start(env: Record<string, string> = {}): Promise<InProcess> {
	const policy = "default-src 'none'; connect-src 'self'; script-src 'self' 'nonce-x'";
	const pages = () =>
		new Response('<p>a page</p>', { headers: { 'content-type': 'text/html', 'content-security-policy': policy } });
	const server = await startInProcess({ env, pages });
	open.push(server);
	return server;
}
const headersOf = async (url: string, init?: RequestInit) => Object.fromEntries((await fetch(url, init)).headers);

describe('S18 a page', () => {
	it('is neither sniffed nor framed, keeps its windows and addresses to itself, and asks for no device', async () => {
		const server = await start();
		expect(await headersOf(server.url)).toMatchObject({
			'x-content-type-options': 'nosniff',
			'x-frame-options': 'DENY',
			'referrer-policy': 'same-origin',
			'cross-origin-opener-policy': 'same-origin',
			'cross-origin-resource-policy': 'same-origin',
			'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
		});
	});

	it('may open the WebSocket of the host that its browser asked, and of no other', async () => {
		const server = await start();
		const { host } = new URL(server.url);
		const policy = async (headers: Record<string, string> = {}) =>
			(await headersOf(server.url, { headers }))['content-security-policy'];
		expect(await policy()).toBe(`default-src 'none'; connect-src 'self' ws://${host} wss://${host}; script-src 'self' 'nonce-x'`);
		expect(await policy({ 'x-forwarded-host': 'evil.example' })).not.toContain('evil');
	});

	it('S27 with ORIGIN set -> of that host, whatever Host says; https alone from then on', async () => {
		const server = await start({ ORIGIN: 'https://chat.example.com' });
		const headers = await headersOf(server.url, { headers: { host: 'evil.example' } });
		expect(headers['content-security-policy']).toContain("connect-src 'self' ws://chat.example.com wss://chat.example.com;");
		expect(headers['strict-transport-security']).toBe('max-age=15552000');
	});

	it.each(['a;script-src', "a'b", 'a,b', 'ä'])('a Host that would add to the policy (%p) -> it stays as it was', async (host) => {
		const server = await start({ TRUSTED_PROXIES: '127.0.0.1' });
		const headers = await headersOf(server.url, { headers: { 'x-forwarded-host': host } }).catch(() => null);
		if (headers) expect(headers['content-security-policy']).toContain("connect-src 'self';");
	});

	it('over http -> no promise of https', async () => {
		const server = await start();
		expect(await headersOf(server.url)).not.toHaveProperty('strict-transport-security');
	});
});

describe('S18 an answer of the API', () => {
	it.each(['healthz', 'metrics', 'api/websocket/status', 'api/websocket/nothing', 'api/ticket', 'api/websocket', 'api/poll'])(
		'/%s -> is data, whatever a browser takes it for',
		async (path) => {
			const server = await start();
			expect(await headersOf(`${server.url}/${path}`)).toMatchObject({
				'x-content-type-options': 'nosniff',
				'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
			});
		},
	);
});
