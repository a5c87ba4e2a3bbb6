import type { RequestHandler } from './$types';

export const POST: RequestHandler = ({ locals, request, getClientAddress }) =>
	locals.realtime.identity({ request, address: getClientAddress() });
