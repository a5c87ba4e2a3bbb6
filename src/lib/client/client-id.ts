/** Ids that nobody else has. */

/** A random UUID. `crypto.randomUUID` exists only in secure contexts: a page over plain http in a local network has none. */
export function newClientId(): string {
	if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
	const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, index) => {
		if (index === 6) return (byte & 0x0f) | 0x40;
		return index === 8 ? (byte & 0x3f) | 0x80 : byte;
	}).map((byte) => byte.toString(16).padStart(2, '0'));
	return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
		.map((part) => part.join(''))
		.join('-');
}
