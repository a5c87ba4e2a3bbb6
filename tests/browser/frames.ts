/** Everything that a page is sent, as text: frames of its WebSockets, and the bodies of what it asks over HTTP, streams while they last. */
import type { Page } from '@playwright/test';

/** Call it before the page is opened. What it returns tells all that has come so far, in no particular order. */
export async function recordReceived(page: Page): Promise<() => string> {
	const texts: string[] = [];
	const decoders = new Map<string, { decoder: TextDecoder; text: string }>();
	page.on('websocket', (socket) => {
		socket.on('framereceived', ({ payload }) => texts.push(payload.toString()));
	});
	const devtools = await page.context().newCDPSession(page);
	const add = (id: string, base64: string) => {
		const body = decoders.get(id) ?? { decoder: new TextDecoder(), text: '' };
		body.text += body.decoder.decode(Buffer.from(base64, 'base64'), { stream: true });
		decoders.set(id, body);
	};
	devtools.on('Network.responseReceived', ({ requestId, type }) => {
		if (type !== 'Document' && type !== 'Fetch' && type !== 'XHR') return;
		decoders.set(requestId, { decoder: new TextDecoder(), text: '' });
		devtools.send('Network.streamResourceContent', { requestId }).then(
			({ bufferedData }) => add(requestId, bufferedData),
			// It is over already: then the whole of it can be had.
			() =>
				devtools.send('Network.getResponseBody', { requestId }).then(
					({ body }) => texts.push(body),
					() => {},
				),
		);
	});
	devtools.on('Network.dataReceived', ({ requestId, data }) => {
		if (data !== undefined && decoders.has(requestId)) add(requestId, data);
	});
	await devtools.send('Network.enable');
	return () => [...texts, ...[...decoders.values()].map(({ text }) => text)].join('\n');
}
