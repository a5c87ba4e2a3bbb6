/** Somebody who asks for private rooms over HTTP, as their browser would. */
import * as v from 'valibot';
import { newInvite, privateRoom } from '../../src/lib/protocol/private-rooms.ts';
import { identify } from '../support/in-process.ts';

export interface Member {
	cookie: string;
	id: string;
	ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<{ status: number; text: string }>;
	/** Makes a private room: its name. */
	make(title?: string): Promise<string>;
	/** Makes an invitation: its token. */
	invite(room: string, expiresInMs?: number): Promise<string>;
	join(token: string): Promise<number>;
	/** Takes somebody out of a room, or leaves it. */
	remove(room: string, user: string): Promise<number>;
}

export async function memberOf(url: string, name: string): Promise<Member> {
	const { cookie, user } = await identify(url, name);
	const ask: Member['ask'] = async (method, path, body, headers = {}) => {
		const response = await fetch(`${url}${path}`, {
			method,
			headers: { cookie, ...(body && { 'content-type': 'application/json' }), ...headers },
			...(body && { body: JSON.stringify(body) }),
		});
		return { status: response.status, text: await response.text() };
	};
	return {
		cookie,
		id: user.id,
		ask,
		make: async (title = 'Den') => v.parse(privateRoom, JSON.parse((await ask('POST', '/api/rooms', { title })).text)).room,
		async invite(room, expiresInMs) {
			const { text } = await ask('POST', '/api/room/invites', { room, expiresInMs });
			return v.parse(newInvite, JSON.parse(text)).token;
		},
		join: async (token) => (await ask('POST', '/api/invites', { token })).status,
		remove: async (room, user) => (await ask('DELETE', `/api/room/members?room=${room}&user=${user}`)).status,
	};
}
