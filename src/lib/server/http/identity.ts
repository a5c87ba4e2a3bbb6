/** `POST /api/identity`: who somebody is from now on. */
import * as v from 'valibot';
import type { User } from '../../protocol/frames.ts';
import type { Admission, Knock } from '../admission.ts';
import { IDENTITY_COOKIE, type Identities, type Issued, userName } from '../identity.ts';
import { jsonOf, textOf } from './body.ts';
import { refusal } from './refusal.ts';

/** The longest body of `POST /api/identity`, in bytes. */
const IDENTITY_BYTES = 4_096;
const identityRequest = v.object({ name: v.optional(userName) });

/** `POST /api/identity`: names a person, or renames the one whose cookie came along. */
export async function answerIdentity(to: { admission: Admission; identities: Identities }, knock: Knock): Promise<Response> {
	const { admission, identities } = to;
	if (!admission.originAllowed(knock)) return refusal(403, 'forbidden', 'pages of this origin may not ask: see ALLOWED_ORIGINS');
	const retryAfterMs = admission.take(admission.addressOf(knock));
	if (retryAfterMs > 0) return refusal(429, 'rate-limited', 'too many requests from your address', { retryAfterMs });
	const body = await textOf(knock.request, IDENTITY_BYTES).catch(() => ''); // who broke off hears no answer: any will do
	if (body === null) return refusal(413, 'too-large', `expected at most ${IDENTITY_BYTES} bytes`);
	const wanted = v.safeParse(identityRequest, jsonOf(body || '{}'));
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

/** The `Set-Cookie` of an identity. */
export function identityCookie({ token, expiresAt }: Issued, secure: boolean): string {
	const cookie = `${IDENTITY_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Expires=${new Date(expiresAt).toUTCString()}`;
	return secure ? `${cookie}; Secure` : cookie;
}
