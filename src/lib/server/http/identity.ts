/** `POST /api/identity` and `POST /api/identity/sign-out`: who somebody is from now on, or not any more. */
import * as v from 'valibot';
import type { Clock } from '../../clock.ts';
import { bearerOf } from '../admin.ts';
import type { Admission, Knock } from '../admission.ts';
import type { Credentials } from '../identity/credentials.ts';
import { userName } from '../identity/names.ts';
import type { People } from '../identity/people.ts';
import type { SignOuts } from '../identity/sign-outs.ts';
import { IDENTITY_COOKIE, type Identities, type Issued } from '../identity.ts';
import { jsonOf, wholeOrEmpty } from './body.ts';
import { refusal } from './refusal.ts';

/** The longest body of `POST /api/identity`, in bytes. */
const IDENTITY_BYTES = 4_096;

export interface IdentityDesk {
	admission: Admission;
	credentials: Credentials;
	identities: Identities;
	people: People;
	signOuts: SignOuts;
	clock: Clock;
}

/** `POST /api/identity`: names a person, or renames the one whose cookie came along. */
export async function answerIdentity(to: IdentityDesk, knock: Knock): Promise<Response> {
	const { identities, people, admission } = to;
	const { headers } = knock.request;
	const refused = turnAway(to, knock);
	if (refused) return refused;
	const body = await read(knock, v.object({ name: v.optional(userName) }));
	if (body instanceof Response) return body;
	if (bearerOf(headers) !== null) return introduce(to, knock, body.name);
	const cookie = headers.get('cookie');
	if (identities.isSignedOut(cookie))
		return forgetting(refusal(401, 'unauthenticated', 'you have signed out'), admission.isSecure(knock));
	const known = identities.fromCookie(cookie)?.user;
	const guest = identities.guest().user;
	const issued = identities.issue({ id: known?.id ?? guest.id, name: body.name ?? known?.name ?? guest.name });
	const { user, expiresAt } = issued;
	if (known && known.name !== user.name) people.rename(user);
	return answer({ user, expiresAt }, identityCookie(issued, admission.isSecure(knock)));
}

/** `POST /api/identity/sign-out`: forgets the person in this browser, or everywhere. */
export async function answerSignOut(to: IdentityDesk, knock: Knock): Promise<Response> {
	const { signOuts, people, clock, admission } = to;
	if (!admission.isOwnPage(knock)) return refusal(403, 'forbidden', 'only pages of the app itself may ask this');
	const refused = turnAway(to, knock);
	if (refused) return refused;
	const wanted = v.object({ everywhere: v.optional(v.boolean(), false), client: v.optional(v.string()) });
	const body = await read(knock, wanted);
	if (body instanceof Response) return body;
	const { identity } = await to.credentials.of(knock.request.headers, admission.addressOf(knock));
	if (!identity) return refusal(401, 'unauthenticated', 'nobody is signed in');
	const { id } = identity.user;
	if (body.everywhere) {
		const retryAfterMs = signOuts.take(admission.addressOf(knock), clock.now());
		if (retryAfterMs > 0) return refusal(429, 'rate-limited', 'too many people sign out from your address', { retryAfterMs });
		// In memory at once: nothing that they had opens a connection again, while those that are open end.
		const kept = signOuts.add(id, clock.wall());
		people.signOut(id);
		await kept;
	} else if (body.client !== undefined) people.signOut(id, body.client);
	return forgetting(answer({ signedOut: body.everywhere ? 'everywhere' : 'here' }), admission.isSecure(knock));
}

/** Who comes with a token is told who they are. What another system says of them is not changed here. */
async function introduce({ credentials, admission }: IdentityDesk, knock: Knock, name: string | undefined): Promise<Response> {
	const { identity } = await credentials.of(knock.request.headers, admission.addressOf(knock));
	if (!identity) return refusal(401, 'unauthenticated', 'the token that came with the request is not good');
	const { user, expiresAt } = identity;
	if (name !== undefined && name !== user.name)
		return refusal(400, 'invalid-data', 'name: it comes with the token, and is changed where that is issued');
	return answer({ user, expiresAt });
}

/** Whom no answer is owed. */
function turnAway({ admission }: IdentityDesk, knock: Knock): Response | null {
	if (!admission.originAllowed(knock)) return refusal(403, 'forbidden', 'pages of this origin may not ask: see ALLOWED_ORIGINS');
	const retryAfterMs = admission.take(admission.addressOf(knock));
	if (retryAfterMs > 0) return refusal(429, 'rate-limited', 'too many requests from your address', { retryAfterMs });
	return null;
}

/** The body, or what it is refused with. None is an empty one. */
async function read<Schema extends v.GenericSchema>(
	{ request }: Knock,
	schema: Schema,
): Promise<v.InferOutput<Schema> | Response> {
	const body = await wholeOrEmpty(request, IDENTITY_BYTES);
	if (body === null) return refusal(413, 'too-large', `expected at most ${IDENTITY_BYTES} bytes`);
	const wanted = v.safeParse(schema, jsonOf(body || '{}'));
	if (wanted.success) return wanted.output;
	const [issue] = wanted.issues;
	return refusal(400, 'invalid-data', v.getDotPath(issue) ? issue.message : `body: ${issue.message}`);
}

const answer = (body: object, cookie?: string) =>
	Response.json(body, { headers: { 'cache-control': 'no-store', ...(cookie !== undefined && { 'set-cookie': cookie }) } });

function forgetting(response: Response, secure: boolean): Response {
	const cookie = `${IDENTITY_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
	response.headers.set('set-cookie', secure ? `${cookie}; Secure` : cookie);
	return response;
}

/** The `Set-Cookie` of an identity. */
export function identityCookie({ token, expiresAt }: Issued, secure: boolean): string {
	const cookie = `${IDENTITY_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Expires=${new Date(expiresAt).toUTCString()}`;
	return secure ? `${cookie}; Secure` : cookie;
}
