/** The account of what went wrong: exact counts, rates that fade, ages, and a history that is bounded. */
import { describe, expect, it } from 'bun:test';
import { type Ending, endings, errorCodes } from '../../../src/lib/protocol/codes.ts';
import { Connection } from '../../../src/lib/server/connection.ts';
import { classifyClose, classifyError } from '../../../src/lib/server/incidents/causes.ts';
import { Incidents } from '../../../src/lib/server/incidents/incidents.ts';
import { direct } from '../../../src/lib/server/outgoing.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ann = { id: 'ann', name: 'Ann' };
const accountOf = (clock: FakeClock) =>
	new Incidents(clock, (error) => {
		throw error;
	});

function ended(ending: Ending, transport: 'websocket' | 'event-stream' | 'long-polling' = 'websocket') {
	const connection = new Connection('127.0.0.1', ann, direct, transport);
	connection.closed(ending);
	return connection;
}

describe('causes', () => {
	it.each([
		['network', 1006, 'network', 'connection', 'wait'],
		['client', 1000, 'client', 'closed', 'none'],
		['client', 4005, 'client', 'closed', 'none'],
		['heartbeat-timeout', 4201, 'heartbeat-timeout', 'connection', 'wait'],
		['protocol', 4001, 'unauthenticated', 'auth', 'renew'],
		['protocol', 4002, 'protocol', 'protocol', 'stop'],
		['protocol', 4009, 'version', 'version', 'stop'],
		['protocol', 1009, 'too-large', 'payload', 'wait'],
		['replaced', 4005, 'replaced', 'replaced', 'stop'],
		['rate-limit', 4100, 'rate-limit', 'rate-limit', 'wait'],
		['rate-limit', 4102, 'overload', 'overload', 'wait'],
		['slow-consumer', 4101, 'slow-consumer', 'connection', 'wait'],
		['restart', 1012, 'restart', 'restart', 'wait'],
		['server-error', 1011, 'server-error', 'server', 'wait'],
		['unknown', 4003, 'forbidden', 'forbidden', 'stop'],
	] as const)('%s, %d -> %s', (ending, code, cause, errorClass, advice) => {
		expect(classifyClose(ending, code)).toEqual({ cause, class: errorClass, advice });
	});

	it('no code at all leaves a cause without a name', () => {
		for (const ending of endings)
			for (let code = 1_000; code < 5_000; code++) expect(classifyClose(ending, code).cause).toMatch(/^[a-z-]+$/);
		for (const code of errorCodes) expect(classifyError(code).cause).toMatch(/^[a-z-]+$/);
	});
});

describe('incidents', () => {
	it('each is counted once by kind, cause, class and transport', () => {
		const incidents = accountOf(new FakeClock());
		incidents.ended(ended('network'), 1006, 61_000);
		incidents.ended(ended('network', 'event-stream'), 1006, 2_000);
		incidents.ended(ended('protocol'), 4001, 5);
		incidents.refused('long-polling', 4100, 2_000, 'ann');
		incidents.error(ended('client'), 'rate-limited', { room: 'lobby', retryAfterMs: 50 });
		incidents.failed('sweep');
		const { history, ...counts } = incidents.report;
		expect(counts).toEqual({
			errors: {
				total: 6,
				lastMinute: 6,
				lastMinuteByCause: { network: 2, unauthenticated: 1, 'rate-limit': 2, 'server-error': 1 },
				byKind: { close: 3, refusal: 1, error: 1, failure: 1 },
				byCause: { network: 2, unauthenticated: 1, 'rate-limit': 2, 'server-error': 1 },
				byClass: { connection: 2, auth: 1, 'rate-limit': 2, server: 1 },
				byTransport: { websocket: 3, 'event-stream': 1, 'long-polling': 1, server: 1 },
			},
			closes: {
				total: 3,
				broken: 3,
				finished: 0,
				byCause: { network: 2, unauthenticated: 1 },
				ages: {
					seen: [
						{ fromMs: 0, toMs: 5_000, count: 1 },
						{ fromMs: 60_000, toMs: 65_000, count: 1 },
					],
					reported: [],
				},
				agesMs: 63_000,
			},
		});
		expect(history.map(({ cause, advice, retryAfterMs }) => [cause, advice, retryAfterMs])).toEqual([
			['network', 'wait', 0],
			['network', 'wait', 0],
			['unauthenticated', 'renew', 0],
			['rate-limit', 'wait', 2_000],
			['rate-limit', 'wait', 50],
			['server-error', 'wait', 0],
		]);
		expect(history[4]).toMatchObject({ kind: 'error', code: 'rate-limited', user: 'ann', room: 'lobby', transport: 'websocket' });
	});

	it('polls and streams that end as they should are no incidents', () => {
		const incidents = accountOf(new FakeClock());
		incidents.ended(ended('client', 'long-polling'), 1000, 25_000);
		incidents.ended(ended('client', 'event-stream'), 1005, 10);
		expect(incidents.report).toMatchObject({ errors: { total: 0 }, closes: { total: 0, finished: 2 }, history: [] });
	});

	it('who leaves as one should is a close and no error', () => {
		const incidents = accountOf(new FakeClock());
		incidents.ended(ended('client'), 1000, 5_000);
		incidents.ended(ended('restart'), 1012, 5_000);
		incidents.ended(ended('replaced'), 4005, 5_000);
		const { errors, closes } = incidents.report;
		expect(errors).toMatchObject({ total: 0, byKind: {}, byCause: {} });
		expect(closes).toMatchObject({ total: 3, broken: 0, byCause: { client: 1, restart: 1, replaced: 1 } });
	});

	it('a reset begins anew', () => {
		const incidents = accountOf(new FakeClock());
		const nothing = incidents.report;
		incidents.ended(ended('network'), 1006, 5_000);
		incidents.error(ended('client'), 'bad-frame');
		incidents.reset();
		expect(incidents.report).toEqual(nothing);
	});

	it('the rates are those of the last minute', async () => {
		const clock = new FakeClock();
		const incidents = accountOf(clock);
		for (let second = 0; second < 90; second++) {
			incidents.failed('x');
			await clock.advance(1_000);
		}
		expect(incidents.report.errors.lastMinuteByCause).toEqual({ 'server-error': 59 });
		await clock.advance(30_000);
		expect(incidents.report.errors.lastMinuteByCause).toEqual({ 'server-error': 29 });
		await clock.advance(100_000);
		expect(incidents.report.errors.lastMinuteByCause).toEqual({});
		expect(incidents.report.errors.byCause).toEqual({ 'server-error': 90 });
	});

	it('what clients report of connections that broke is kept by age; what they closed themselves is not', () => {
		const incidents = accountOf(new FakeClock());
		const hello = { type: 'hello', version: 1, client: 'a', connectionNumber: 2, rooms: [] } as const;
		for (const [code, afterMs] of [
			[1006, 60_900],
			[1006, 60_100],
			[1000, 60_000],
			[4101, 700_000],
			[1006, 9_999_999],
		] as const)
			incidents.reported({ ...hello, rooms: [], lastClose: { code, transport: 'websocket', afterMs } });
		incidents.reported({ ...hello, rooms: [] });
		expect(incidents.report.closes.ages.reported).toEqual([
			{ fromMs: 60_000, toMs: 65_000, count: 2 },
			{ fromMs: 600_000, toMs: 900_000, count: 1 },
			{ fromMs: 3_600_000, toMs: null, count: 1 },
		]);
	});

	it('the last 200 are kept; a flood of one sort counts, and takes one place', () => {
		const incidents = accountOf(new FakeClock());
		for (let n = 0; n < 1_000; n++) incidents.ended(ended('network'), 1006, n);
		for (let n = 0; n < 5_000; n++) incidents.error(ended('client'), 'rate-limited', { room: 'lobby' });
		const { history, errors } = incidents.report;
		expect(errors.total).toBe(6_000);
		expect(history).toHaveLength(200);
		expect(history.at(-1)).toMatchObject({ cause: 'rate-limit', times: 5_000 });
		expect(history[0]).toMatchObject({ cause: 'network', ageMs: 801 });
	});

	it('refused alike, one after the other, over two transports -> two places', () => {
		const incidents = accountOf(new FakeClock());
		for (const transport of ['long-polling', 'long-polling', 'event-stream'] as const) incidents.refused(transport, 4001, 0);
		const told = incidents.report.history.map(({ transport, times }) => [transport, times]);
		expect(told).toEqual([
			['long-polling', 2],
			['event-stream', 1],
		]);
	});
});
