/** `GET /readyz`: whether a load balancer may send people here. */
import type { RequestHandler } from './$types';

export const GET: RequestHandler = ({ locals }) => {
	const readiness = locals.realtime.readiness();
	return Response.json(readiness, { status: readiness.ready ? 200 : 503, headers: { 'cache-control': 'no-store' } });
};
