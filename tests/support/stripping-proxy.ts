/** A proxy as people set one up who do not know of WebSocket: requests pass, `Upgrade` does not. */

/** @param target where the server is, such as `http://127.0.0.1:40123` */
export function createStrippingProxy(target: string): { url: string; close(): void } {
	const listener = Bun.serve({
		port: 0,
		hostname: '127.0.0.1',
		idleTimeout: 60,
		fetch(request) {
			const { pathname, search } = new URL(request.url);
			const headers = new Headers(request.headers);
			for (const name of ['upgrade', 'connection', 'host']) headers.delete(name);
			const { method, body, signal } = request;
			return fetch(target + pathname + search, { method, headers, body, signal, redirect: 'manual', decompress: false });
		},
	});
	return { url: `http://127.0.0.1:${listener.port}`, close: () => void listener.stop(true) };
}
