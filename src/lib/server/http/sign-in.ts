/** `POST` and `DELETE /api/websocket/session`: a browser exchanges the token for a cookie that no script can read, and gives it back. */
import type { Server } from 'bun';
import * as v from 'valibot';
import type { Connection } from '../connection.ts';
import { jsonOf, wholeOrEmpty } from './body.ts';
import { barred, refuseToken, visitorOf } from './operator.ts';
import { Mistaken, refusal } from './refusal.ts';
import type { ApiEndpoint } from './route.ts';

/** The longest body, in bytes. */
const BODY_BYTES = 4_096;
const wanted = v.object({ token: v.string('token: expected a text') }, 'body: expected {"token":"…"} as JSON');

export async function answerSession(to: ApiEndpoint, request: Request, server: Server<Connection>): Promise<Response> {
	const { admin } = to;
	const visitor = visitorOf(to, request, server);
	const off = barred(admin.configured, visitor);
	if (off) return off;
	if (request.method === 'DELETE') return signed(admin.signOut(visitor.secure));
	const body = await wholeOrEmpty(request, BODY_BYTES);
	if (body === null) return refusal(413, 'too-large', `expected at most ${BODY_BYTES} bytes`);
	const parsed = v.safeParse(wanted, jsonOf(body));
	if (!parsed.success) throw new Mistaken(parsed.issues[0].message);
	const { address, secure } = visitor;
	const result = admin.signIn(parsed.output.token, address, secure);
	return 'cookie' in result ? signed(result.cookie) : refuseToken(admin, address, result.refused);
}

const signed = (cookie: string) =>
	new Response(null, { status: 204, headers: { 'set-cookie': cookie, 'cache-control': 'no-store' } });
