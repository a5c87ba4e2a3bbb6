/** What the doctor is asked on its command line. */

export const usage = `usage: holdfast-doctor <url> [--hold <seconds>]
  <url>             the app's address, such as https://chat.example.com
  --hold <seconds>  keeps a connection for so long and tells whether and when it is cut`;

export interface Wanted {
	/** The app's address, with a slash at the end. */
	url: URL;
	holdMs: number;
}

/** A day: longer timers overflow. */
const LONGEST = 86_400;
/** Of these endpoints, the app's own address is one folder up. */
const ENDPOINT = /api\/(websocket|poll|events|ticket)\/?$/;

export function readArguments(args: readonly string[]): Wanted | { problem: string } {
	const words = [...args];
	let holdMs = 0;
	const option = words.indexOf('--hold');
	if (option >= 0) {
		const [, seconds] = words.splice(option, 2);
		const count = Number(seconds);
		if (!(seconds && count > 0 && count <= LONGEST))
			return { problem: `--hold: expected seconds from 1 to ${LONGEST}, got ${seconds ?? 'nothing'}` };
		holdMs = count * 1_000;
	}
	const unknown = words.find((word) => word.startsWith('-'));
	if (unknown) return { problem: `there is no option ${unknown}` };
	const [text, ...more] = words;
	if (text === undefined || more.length > 0) return { problem: 'expected one address' };
	if (!URL.canParse(text)) return { problem: `expected an address such as https://chat.example.com, got "${text}"` };
	const url = new URL(text);
	url.protocol = url.protocol.replace(/^ws/, 'http');
	if (!/^https?:$/.test(url.protocol)) return { problem: `expected an address of http, https, ws or wss, got "${text}"` };
	url.search = url.hash = '';
	url.pathname = url.pathname.replace(ENDPOINT, '');
	if (!url.pathname.endsWith('/')) url.pathname += '/';
	return { url, holdMs };
}
