/** The addresses of private rooms. A GET changes nothing; what changes something takes JSON or a method that no form has. */
import type { Route } from '../route.ts';
import { forPerson } from './caller.ts';
import { answerInvites, answerJoin } from './invites.ts';
import { answerMembers } from './members.ts';
import { answerRoom, answerRooms } from './rooms.ts';

export const privateRooms: readonly (readonly [string, Route])[] = [
	['/api/rooms', { methods: ['GET', 'POST'], transport: 'http', answer: forPerson(answerRooms) }],
	['/api/room', { methods: ['GET', 'PATCH'], transport: 'http', answer: forPerson(answerRoom) }],
	['/api/room/invites', { methods: ['POST', 'DELETE'], transport: 'http', answer: forPerson(answerInvites) }],
	['/api/room/members', { methods: ['DELETE'], transport: 'http', answer: forPerson(answerMembers) }],
	['/api/invites', { methods: ['POST'], transport: 'http', answer: forPerson(answerJoin) }],
];
