/** What operators and their machines ask, by path: whether it is alive, ready and well, in figures, and what can be done about it. */
import type { ApiEndpoint, Route } from './route.ts';
import { answerSession } from './sign-in.ts';

const noStore = { 'cache-control': 'no-store' };
const reading = { methods: ['GET', 'HEAD'], transport: 'http', isPrivate: true } as const;

/** For a load balancer: neither limited nor counted, and nothing in it that would help anybody. */
const answerReady = ({ readiness }: ApiEndpoint) => {
	const { ready, reasons } = readiness();
	return Response.json({ ready, reasons }, { status: ready ? 200 : 503, headers: noStore });
};

export const operations: readonly (readonly [string, Route])[] = [
	['/healthz', { ...reading, answer: () => Response.json({ alive: true }, { headers: noStore }) }],
	['/readyz', { ...reading, answer: answerReady }],
	['/api/websocket/session', { ...reading, methods: ['POST', 'DELETE'], answer: answerSession }],
];
