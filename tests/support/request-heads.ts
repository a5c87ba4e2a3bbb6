/** Reads the heads of HTTP requests out of what a client sends, without holding anything back. */

/** A head that is longer is none that we look for. */
const LONGEST = 16 * 1024;
const methods = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \//;

/** For clients that wait for one answer before they send the next request, as all do: then each head begins a read. */
export class RequestHeads {
	#head = '';

	/** The head that ends within these bytes, without its empty line; undefined while there is none. */
	add(bytes: Uint8Array): string | undefined {
		const text = Buffer.from(bytes.subarray(0, LONGEST)).toString('latin1');
		if (this.#head === '' && !methods.test(text)) return undefined;
		this.#head += text;
		const end = this.#head.indexOf('\r\n\r\n');
		if (end < 0 && this.#head.length < LONGEST) return undefined;
		const head = this.#head.slice(0, Math.max(0, end));
		this.#head = '';
		return head || undefined;
	}
}

export const asksForUpgrade = (head: string) => /^upgrade:\s*websocket\s*$/im.test(head);
/** Without what follows a question mark. */
export const pathOf = (head: string) => head.split(' ', 2)[1]?.split('?')[0] ?? '';
