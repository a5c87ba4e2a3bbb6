/** Answers to who looks: health for machines, figures for everybody, details for who brings the token. */
import { prometheusOf } from '../monitor/prometheus.ts';
import { errorsOf, statusOf } from '../monitor/reports.ts';
import { answerOf } from './compression.ts';
import { barred, visitorOf } from './operator.ts';
import { connectionsQuery, queryOf, statusQuery } from './query.ts';
import type { Route } from './route.ts';

type Answer = Route['answer'];

export const noStore = { 'cache-control': 'no-store' };

/** For supervisors and load balancers: neither limited nor counted, and nothing in it that would help anybody. */
export const answerAlive: Answer = ({ overview }) => {
	const { loop: alive } = overview.checks;
	return Response.json({ alive }, { status: alive ? 200 : 503, headers: noStore });
};

export const answerReady: Answer = ({ overview }) => {
	const reasons = overview.troubles;
	const ready = reasons.length === 0;
	return Response.json({ ready, reasons }, { status: ready ? 200 : 503, headers: noStore });
};

export const answerHealth: Answer = (to, request, server) => {
	visitorOf(to, request, server);
	const health = to.overview.health();
	return Response.json(health, { status: health.status === 'down' ? 503 : 200, headers: noStore });
};

export const answerMetrics: Answer = (to, request, server) => {
	visitorOf(to, request, server);
	return json(request, to.monitor.metrics());
};

export const answerPrometheus: Answer = (to, request, server) => {
	visitorOf(to, request, server);
	return text(request, prometheusOf(to), 'text/plain; version=0.0.4; charset=utf-8');
};

export const answerErrors: Answer = (to, request, server) =>
	json(request, errorsOf(to.monitor, visitorOf(to, request, server).reads));

export const answerStatus: Answer = (to, request, server) => {
	const { reads } = visitorOf(to, request, server);
	const { window } = queryOf(statusQuery, request);
	return json(request, statusOf(to, window, reads));
};

export const answerConnections: Answer = (to, request, server) => {
	const visitor = visitorOf(to, request, server);
	return barred(visitor.reads, visitor) ?? json(request, to.monitor.presence.rows(queryOf(connectionsQuery, request)));
};

const json = (request: Request, value: object) => text(request, JSON.stringify(value), 'application/json; charset=utf-8');

function text(request: Request, body: string, type: string) {
	const headers = { ...noStore, 'content-type': type, 'x-content-type-options': 'nosniff', vary: 'accept-encoding' };
	return answerOf(request, body, new Headers(headers));
}
