/** The addresses of operators and their machines: whether it is alive, ready and well, in figures, and what can be done about it. */
import { answerEnd, answerReset } from './acting.ts';
import {
	answerAlive,
	answerConnections,
	answerErrors,
	answerHealth,
	answerMetrics,
	answerPrometheus,
	answerReady,
	answerStatus,
} from './reading.ts';
import type { Route } from './route.ts';
import { answerSession } from './sign-in.ts';

const operator = { methods: ['GET', 'HEAD'], transport: 'http', isPrivate: true } as const;
const answerRows: Route['answer'] = (to, request, server) =>
	(request.method === 'DELETE' ? answerEnd : answerConnections)(to, request, server);

const api = '/api/websocket';
export const operations: readonly (readonly [string, Route])[] = [
	['/healthz', { ...operator, answer: answerAlive }],
	['/readyz', { ...operator, answer: answerReady }],
	['/metrics', { ...operator, answer: answerPrometheus }],
	[`${api}/health`, { ...operator, answer: answerHealth }],
	[`${api}/metrics`, { ...operator, answer: answerMetrics }],
	[`${api}/metrics/reset`, { ...operator, methods: ['POST'], answer: answerReset }],
	[`${api}/status`, { ...operator, answer: answerStatus }],
	[`${api}/errors`, { ...operator, answer: answerErrors }],
	[`${api}/connections`, { ...operator, methods: ['GET', 'HEAD', 'DELETE'], answer: answerRows }],
	[`${api}/session`, { ...operator, methods: ['POST', 'DELETE'], answer: answerSession }],
];
