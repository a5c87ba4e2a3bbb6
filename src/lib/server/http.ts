/** What the HTTP routes answer: the identity, and refusals that carry an `error` frame. */
import * as v from 'valibot';
import { classOfError, closeCode, type ErrorCode } from '../protocol/codes.ts';
import type { User } from '../protocol/frames.ts';
import type { Admission, Knock } from './admission.ts';
import { IDENTITY_COOKIE, type Identities, type Issued, userName } from './identity.ts';

/** Where a WebSocket would be closed, HTTP answers with a status; the frame names the code it stands for. */
const closeCodes: Partial<Record<number, number>> = {
	401: closeCode.unauthenticated,
	403: closeCode.forbidden,
	409: closeCode.replaced,
	413: closeCode.payload,
	429: closeCode.rateLimited,
	503: closeCode.overloaded,
};

export function refusal(
	status: number,
	code: ErrorCode,
	message: string,
	{ retryAfterMs = 0, headers = {} }: { retryAfterMs?: number; headers?: Record<string, string> } = {},
): Response {
	const frame = {
		type: 'error',
		code,
		class: classOfError(code),
		message,
		fatal: true,
		retryAfterMs,
		closeCode: closeCodes[status],
	};
	if (retryAfterMs > 0) headers['retry-after'] = String(Math.ceil(retryAfterMs / 1000));
	return Response.json(frame, { status, headers: { ...headers, 'cache-control': 'no-store' } });
}

/** The longest body of `POST /api/identity`, in bytes. */
const IDENTITY_BYTES = 4_096;
const identityRequest = v.object({ name: v.optional(userName) });

/** `POST /api/identity`: names a person, or renames the one whose cookie came along. */
export async function answerIdentity(to: { admission: Admission; identities: Identities }, knock: Knock): Promise<Response> {
	const { admission, identities } = to;
	if (!admission.originAllowed(knock)) return refusal(403, 'forbidden', 'pages of this origin may not ask: see ALLOWED_ORIGINS');
	const retryAfterMs = admission.take(admission.addressOf(knock));
	if (retryAfterMs > 0) return refusal(429, 'rate-limited', 'too many requests from your address', { retryAfterMs });
	const body = await textOf(knock.request, IDENTITY_BYTES);
	if (body === null) return refusal(413, 'too-large', `expected at most ${IDENTITY_BYTES} bytes`);
	const wanted = v.safeParse(identityRequest, parse(body || '{}'));
	if (!wanted.success) {
		const [issue] = wanted.issues;
		return refusal(400, 'invalid-data', v.getDotPath(issue) ? issue.message : `body: ${issue.message}`);
	}
	const known = identities.fromCookie(knock.request.headers.get('cookie'));
	const guest = identities.guest().user;
	const user: User = { id: known?.id ?? guest.id, name: wanted.output.name ?? known?.name ?? guest.name };
	const issued = identities.issue(user);
	const { expiresAt } = issued;
	return Response.json(
		{ user, expiresAt },
		{ headers: { 'set-cookie': identityCookie(issued, admission.isSecure(knock)), 'cache-control': 'no-store' } },
	);
}

/** The body of a request, or null when it is longer than `most` bytes: the rest is not read, let alone kept. */
async function textOf(request: Request, most: number): Promise<string | null> {
	if (Number(request.headers.get('content-length')) > most) return null;
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

/** The `Set-Cookie` of an identity. */
export function identityCookie({ token, expiresAt }: Issued, secure: boolean): string {
	const cookie = `${IDENTITY_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Expires=${new Date(expiresAt).toUTCString()}`;
	return secure ? `${cookie}; Secure` : cookie;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // the schema names what was expected
	}
}
