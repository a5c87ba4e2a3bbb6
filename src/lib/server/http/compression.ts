/** Answers over a kilobyte travel as brotli or gzip where the client takes it: a page, a poll with history in it. Never an event stream. */
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

/** Below this many bytes compression costs more than it saves. */
const LEAST = 1_024;
/** A level at which text shrinks to a quarter at some 100 MB a second. */
const QUALITY = 4;

const encoders = {
	br: (bytes: Uint8Array) =>
		promisify(brotliCompress)(bytes, {
			params: { [zlib.BROTLI_PARAM_QUALITY]: QUALITY, [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length },
		}),
	gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: QUALITY }),
};
type Encoding = keyof typeof encoders;

/** What a client takes of what we offer, brotli first. */
export function encodingFor(accepted: string | null): Encoding | null {
	if (!accepted) return null;
	const offers = new Map(
		accepted.split(',').map((item) => {
			const [name = '', ...parameters] = item.toLowerCase().split(';');
			const quality = parameters.map((each) => each.trim()).find((each) => each.startsWith('q='));
			return [name.trim(), Number(quality?.slice(2) ?? 1)];
		}),
	);
	const takes = (encoding: string) => (offers.get(encoding) ?? offers.get('*') ?? 0) > 0;
	return takes('br') ? 'br' : takes('gzip') ? 'gzip' : null;
}

/** The answer as this client takes it. What streams, is encoded already, or is no text stays as it is. */
export async function compressed(request: Request, response: Response): Promise<Response> {
	const { headers, status } = response;
	if (!/^(?:text\/html|text\/plain|application\/json)\b/.test(headers.get('content-type') ?? '')) return response;
	if (headers.has('content-encoding') || status !== 200 || request.method === 'HEAD') return response;
	headers.append('vary', 'accept-encoding');
	// A length that is not known yet is that of a stream, whose beginning must not wait for its end.
	if (!(Number(headers.get('content-length')) >= LEAST)) return response;
	const encoding = encodingFor(request.headers.get('accept-encoding'));
	if (!encoding) return response;
	const body = await encoders[encoding](await response.bytes());
	headers.set('content-encoding', encoding);
	headers.set('content-length', String(body.length));
	const tag = headers.get('etag');
	if (tag && !tag.startsWith('W/')) headers.set('etag', `W/${tag}`); // the bytes differ, the meaning does not
	return new Response(body, { status, headers });
}

/** A text as an answer that this client takes. Short ones, which most are, cost nothing but themselves. @param headers `vary` among them */
export function answerOf(request: Request, text: string, headers: Headers): Response | Promise<Response> {
	const encoding = text.length < LEAST ? null : encodingFor(request.headers.get('accept-encoding'));
	if (!encoding) return new Response(text, { headers });
	return encoders[encoding](Buffer.from(text)).then((body) => {
		const response = new Response(body, { headers });
		response.headers.set('content-encoding', encoding);
		response.headers.set('content-length', String(body.length));
		return response;
	});
}
