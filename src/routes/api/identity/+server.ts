/** `POST /api/identity`: names a person, or renames the one whose cookie came along. */
import type { RequestHandler } from './$types';

export const POST: RequestHandler = ({ locals, request, getClientAddress }) =>
	locals.realtime.identity({ request, address: getClientAddress() });
