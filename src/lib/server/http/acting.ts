/** What the operator can do: begin to count anew, and end a connection. Each takes the token. */
import { closeCode } from '../../protocol/codes.ts';
import { barred, visitorOf } from './operator.ts';
import { endQuery, queryOf } from './query.ts';
import { noStore } from './reading.ts';
import { refusal } from './refusal.ts';
import type { Route } from './route.ts';

const done = () => new Response(null, { status: 204, headers: noStore });

export const answerReset: Route['answer'] = (to, request, server) => {
	const visitor = visitorOf(to, request, server);
	const refused = barred(visitor.acts === 'yes', visitor);
	if (refused) return refused;
	to.monitor.reset();
	return done();
};

/** Its client comes back at once: this moves it, or frees what it holds. It does not keep anybody out. */
export const answerEnd: Route['answer'] = (to, request, server) => {
	const visitor = visitorOf(to, request, server);
	const refused = barred(visitor.acts === 'yes', visitor);
	if (refused) return refused;
	const { id } = queryOf(endQuery, request);
	const connection = to.monitor.presence.find(id)?.connection;
	if (!connection) return refusal(404, 'invalid-data', 'id: no connection that is open has this id');
	connection.end('drain', closeCode.moved, 'ended by the operator');
	return done();
};
