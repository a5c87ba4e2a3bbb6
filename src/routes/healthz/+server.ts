import type { RequestHandler } from './$types';

/** Whether the process is alive: it answers. */
export const GET: RequestHandler = () => Response.json({ alive: true }, { headers: { 'cache-control': 'no-store' } });
