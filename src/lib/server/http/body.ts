/** The body of a request, no longer than it may be. */

/** The text, or null when it is longer than `most` bytes: the rest is not read, let alone kept. */
export async function textOf(request: Request, most: number): Promise<string | null> {
	const declared = request.headers.get('content-length');
	// What HTTP itself delimits cannot turn out longer: no need to count.
	if (declared !== null) return Number(declared) > most ? null : request.text();
	const decoder = new TextDecoder();
	const reader = request.body?.getReader();
	let text = '';
	let bytes = 0;
	for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
		bytes += part.value.length;
		if (bytes > most) {
			await reader?.cancel();
			return null;
		}
		text += decoder.decode(part.value, { stream: true });
	}
	return text + decoder.decode();
}

/** The same of a body that breaks off, as an empty one: who broke off hears no answer, so any will do. */
export const wholeOrEmpty = (request: Request, most: number): Promise<string | null> => textOf(request, most).catch(() => '');

/** A text as JSON; undefined where it is none: the schema says what was expected. */
export function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
