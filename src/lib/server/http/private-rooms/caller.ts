/** What all requests about private rooms begin with: who asks, what they sent, and whether the room is theirs to ask about. */
import type { Server } from 'bun';
import * as v from 'valibot';
import { closeCode } from '../../../protocol/codes.ts';
import type { User } from '../../../protocol/frames.ts';
import type { Connection } from '../../connection.ts';
import { type KnownRoom, Unstored } from '../../private-rooms/room-store.ts';
import { NOT_OPEN } from '../../rights.ts';
import { jsonOf, wholeOrEmpty } from '../body.ts';
import { Mistaken, Refused, refusal } from '../refusal.ts';
import { identify, spend } from '../request.ts';
import type { ApiEndpoint, Route } from '../route.ts';

/** The longest body, in bytes. */
const BODY_BYTES = 4_096;
/** After a change that was not stored it may be tried again, in milliseconds. */
const RETRY_AFTER = 1_000;

export const noStore = { 'cache-control': 'no-store' };
export const done = () => new Response(null, { status: 204, headers: noStore });
export const told = (value: object, status = 200) => Response.json(value, { status, headers: noStore });

/** Of a room that is not there, and of one that is not theirs: not a byte is different. */
export const notOpen = () => refusal(404, 'forbidden', NOT_OPEN);
/** Of a member who wants what only the owner may do. */
export const notOwner = () => refusal(403, 'forbidden', 'only who made this room may do that');

export type Answer = (to: ApiEndpoint, request: Request, user: User) => Response | Promise<Response>;

/** An answer that knows who asks, and that says so where the disk did not take what they asked for. */
export const forPerson =
	(answer: Answer): Route['answer'] =>
	async (to, request, server: Server<Connection>) => {
		const { address, user } = await identify(to, request, server);
		spend(to.admission.take(address), user);
		try {
			return await answer(to, request, user);
		} catch (error) {
			if (!(error instanceof Unstored)) throw error;
			to.report('private rooms', error.cause ?? error);
			return refusal(503, 'storage', 'it could not be stored: try again in a moment', { retryAfterMs: RETRY_AFTER });
		}
	};

/**
 * The body of a request. Only JSON that says so: a page of another origin cannot send that without being asked first.
 * @throws Mistaken naming what is wrong
 * @throws Refused where it is too long
 */
export async function bodyOf<const Schema extends v.GenericSchema>(
	schema: Schema,
	request: Request,
): Promise<v.InferOutput<Schema>> {
	if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
		throw new Mistaken('body: expected JSON, with content-type: application/json');
	const text = await wholeOrEmpty(request, BODY_BYTES);
	if (text === null) throw new Refused(closeCode.payload, `a body has at most ${BODY_BYTES} bytes`);
	const parsed = v.safeParse(schema, jsonOf(text));
	if (parsed.success) return parsed.output;
	const [issue] = parsed.issues;
	throw new Mistaken(`${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
}

/** The room, where who asks is in it. */
export function roomOf({ rooms }: ApiEndpoint, { id }: User, name: string): KnownRoom | null {
	const room = rooms.find(name);
	return room?.members.has(id) ? room : null;
}

/** A text in a body or behind the `?` of an address. What is missing is the name of nothing, and answered like any other. */
export const text = v.optional(v.string('expected a text'), '');
