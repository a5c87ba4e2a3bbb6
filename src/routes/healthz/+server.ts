/** `GET /healthz`: whether the process is alive. */
import type { RequestHandler } from './$types';

export const GET: RequestHandler = () => Response.json({ alive: true }, { headers: { 'cache-control': 'no-store' } });
