/** A request that stands for a connection: who asks, whether they may, and the frames that they sent. */
import type { Server } from 'bun';
import { decodeClient } from '../../protocol/codec.ts';
import { closeCode } from '../../protocol/codes.ts';
import type { Decoded } from '../../protocol/decoder.ts';
import type { ClientFrame, Hello, User } from '../../protocol/frames.ts';
import { DATA_LEVELS, FRAME_BYTES, nestsDeeper } from '../../protocol/limits.ts';
import type { Admin } from '../admin.ts';
import type { Admission } from '../admission.ts';
import type { Connection } from '../connection.ts';
import type { Dispatcher } from '../dispatch.ts';
import type { Identities, Identity } from '../identity.ts';
import { limitReached } from '../limits.ts';
import type { Options } from '../options.ts';
import type { Topics } from '../wire.ts';
import { textOf } from './body.ts';
import { Refused } from './refusal.ts';

/** The longest body, in bytes, and the most frames in it: one that holds a hundred thousand takes a loop's turn for itself. */
const BODY_BYTES = 1_048_576;
const BODY_FRAMES = 1_024;
/** After which a client that met a stopping server tries again, in milliseconds. */
const RESTART_RETRY_AFTER = 1_000;

export interface HttpEndpoint extends Dispatcher {
	admin: Admin;
	admission: Admission;
	identities: Identities;
	options: Options;
	topics: Topics;
	/** Whether the server takes nothing new. */
	stopping(): boolean;
}

export interface Caller {
	address: string;
	user: User;
	identity: Identity;
	/** Whether they may see what the server tells of itself. */
	isOperator: boolean;
}

/**
 * Who knocks. Looks at no byte of the body.
 * @throws Refused
 */
export async function identify(
	{ admission, credentials, stopping }: HttpEndpoint,
	request: Request,
	server: Server<Connection>,
): Promise<Caller> {
	if (stopping()) throw new Refused(closeCode.restart, 'the server restarts', { retryAfterMs: RESTART_RETRY_AFTER });
	const knock = { request, address: server.requestIP(request)?.address ?? '' };
	if (!admission.originAllowed(knock))
		throw new Refused(closeCode.forbidden, 'pages of this origin may not connect: see ALLOWED_ORIGINS');
	const address = admission.addressOf(knock);
	const { identity, isOperator } = await credentials.of(request.headers, address);
	if (identity) return { address, user: identity.user, identity, isOperator };
	spend(admission.take(address));
	throw new Refused(closeCode.unauthenticated, 'no valid identity came with the request: get one with POST /api/identity');
}

/**
 * The frames of a body.
 * @throws Refused where there is too much of it, or it breaks off
 */
export async function readFrames(request: Request): Promise<readonly Decoded<ClientFrame>[]> {
	const text = await textOf(request, BODY_BYTES).catch((): never => {
		throw new Refused(closeCode.abnormal, 'the body broke off');
	});
	if (text === null) throw new Refused(closeCode.payload, `a body has at most ${BODY_BYTES} bytes`);
	return decodeClient(text, (frames) => {
		if (frames.length > BODY_FRAMES) throw new Refused(closeCode.payload, `a body holds at most ${BODY_FRAMES} frames`);
		if (text.length * 3 > FRAME_BYTES) for (const frame of frames) measure(frame);
	});
}

/**
 * Whether these frames may be served now, under the rates and limits that hold. The first must be a hello.
 * @throws Refused
 */
export function admit(
	to: HttpEndpoint,
	{ address, user, identity }: Caller,
	frames: readonly Decoded<ClientFrame>[],
	listens: (hello: Hello) => boolean,
): Hello {
	// While the body came they may have signed out everywhere: what is open has ended, and this one would be opened after that.
	if (to.credentials.isVoid(identity)) throw new Refused(closeCode.unauthenticated, 'you have signed out', { user: user.id });
	const [first] = frames;
	const hello = first?.ok && first.frame.type === 'hello' ? first.frame : null;
	const session = hello && to.sessions.find(user, hello.client);
	// Whoever is known has an allowance of their own: many people may share an address.
	const stays = session?.onHttp === true && hello?.connectionNumber === session.liveNumber;
	spend(session ? session.requests.take(to.clock.now()) : to.admission.take(address), user, stays);
	if (!hello) {
		if (first && !first.ok && first.code === 'bad-frame')
			throw new Refused(closeCode.badFrames, first.message, { user: user.id });
		throw new Refused(closeCode.helloExpected, 'expected a hello as the first frame', { user: user.id });
	}
	if (listens(hello)) makeRoom(to, { address, user }, session?.onHttp && session.connection ? 1 : 0);
	return hello;
}

/** @throws Refused when there is no room for one more connection; `leaving` ones are about to go */
export function makeRoom(to: HttpEndpoint, who: { address: string; user: User }, leaving = 0) {
	const reached = limitReached(to, who, leaving);
	if (reached) throw new Refused(reached.closeCode, reached.message, { retryAfterMs: reached.retryAfterMs, user: who.user.id });
}

/** @throws Refused when the allowance is used up for so many milliseconds; `stays` as in `Refused` */
export function spend(retryAfterMs: number, user?: User, stays = false) {
	if (retryAfterMs === 0) return;
	throw new Refused(closeCode.rateLimited, 'you ask more often than this server answers', {
		retryAfterMs,
		stays,
		...(user && { user: user.id }),
	});
}

/** Measured as we would write it: how a frame was spelled costs nobody but its sender. */
function measure(frame: unknown) {
	// Its data is one level below it. What nests deeper would take longer to write than all the rest.
	if (nestsDeeper(frame, DATA_LEVELS + 1)) throw new Refused(closeCode.badFrames, `data nests at most ${DATA_LEVELS} levels`);
	if (Buffer.byteLength(JSON.stringify(frame)) > FRAME_BYTES)
		throw new Refused(closeCode.payload, `a frame has at most ${FRAME_BYTES} bytes`);
}
