/** What a page asks the server about private rooms. Each rejects with a sentence for the person when it did not work. */
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { newInvite, privateRoom, privateRoomDetails, privateRooms, TITLE_LENGTH } from '../protocol/private-rooms.ts';

/** What a status means; `most` says of what there are enough, in the one place where that can be. */
function wordsOf(status: number, most: () => string): string {
	switch (status) {
		case 400:
			return m.rooms_problem_title({ most: TITLE_LENGTH });
		case 401:
			return m.rooms_problem_identity();
		case 403:
			return m.rooms_problem_owner();
		case 404:
			return m.rooms_not_open();
		case 409:
			return most();
		case 429:
			return m.rooms_problem_rate();
		case 503:
			return m.rooms_problem_storage();
		default:
			return m.rooms_problem_other({ status });
	}
}

async function ask(method: string, path: string, body?: object, most = () => m.rooms_problem_other({ status: 409 })) {
	const request = { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) };
	const response = await fetch(path, request).catch((cause: unknown) => {
		throw new Error(m.rooms_problem_unreachable(), { cause });
	});
	if (!response.ok) throw new Error(wordsOf(response.status, most));
	return response;
}
async function read<const Schema extends v.GenericSchema>(
	schema: Schema,
	answer: Promise<Response>,
): Promise<v.InferOutput<Schema>> {
	return v.parse(schema, await (await answer).json());
}
const query = (room: string, more: Record<string, string> = {}) => new URLSearchParams({ room, ...more }).toString();

export const ownRooms = async () => (await read(privateRooms, ask('GET', '/api/rooms'))).rooms;
export const makeRoom = (title: string) => read(privateRoom, ask('POST', '/api/rooms', { title }, m.rooms_problem_most_rooms));
export const roomDetails = (room: string) => read(privateRoomDetails, ask('GET', `/api/room?${query(room)}`));
export const renameRoom = (room: string, title: string) => read(privateRoom, ask('PATCH', '/api/room', { room, title }));
export const makeInvite = (room: string, expiresInMs: number) =>
	read(newInvite, ask('POST', '/api/room/invites', { room, expiresInMs }, m.rooms_problem_most_links));
export const revokeInvite = (room: string, id: string) => ask('DELETE', `/api/room/invites?${query(room, { id })}`);
export const joinRoom = (token: string) =>
	read(privateRoom, ask('POST', '/api/invites', { token }, m.rooms_problem_most_members));
export const removeMember = (room: string, user: string) => ask('DELETE', `/api/room/members?${query(room, { user })}`);
