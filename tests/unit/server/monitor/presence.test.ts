/** The rows of those who are here: however many there are, each that was told can be asked for. */
import { expect, it } from 'bun:test';
import { Connection } from '../../../../src/lib/server/connection.ts';
import { Presence } from '../../../../src/lib/server/monitor/presence.ts';
import { direct } from '../../../../src/lib/server/outgoing.ts';
import { Registry } from '../../../../src/lib/server/registry.ts';
import { type Session, Sessions } from '../../../../src/lib/server/session.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const rate = { perSecond: 0, burst: 1 };
const query = { search: '', sort: 'age', descending: true, limit: 100 } as const;

/** So many clients that poll. `next` lets each of them go on to its next poll, which is another connection. */
function polling(count: number) {
	const registry = new Registry({
		...{ heartbeat: { intervalMs: 30_000, timeoutMs: 10_000, missed: 3 }, clock: new FakeClock(), report() {} },
		...{ heads: () => ({}), onSweep() {}, opened() {} },
	});
	const sessions = new Sessions({ messages: rate, userMessages: rate, requests: rate });
	const poll = (session: Session) => {
		const user = { id: session.userId, name: session.userId };
		session.latest = session.connection = new Connection('here', user, direct, 'long-polling');
	};
	for (let index = 0; index < count; index++) {
		const session = sessions.create({ id: `user ${index}`, name: '' }, `client-${index}`, registry.now);
		session.transport = 'long-polling';
		poll(session);
	}
	return { presence: new Presence(registry, sessions), next: () => [...sessions].forEach(poll) };
}

it('5 000 clients poll, 100 are told -> each of those is found by what was told once it polls again', () => {
	const { presence, next } = polling(5_000);
	const { rows, total } = presence.rows(query);
	expect([rows.length, total]).toEqual([100, 5_000]);
	const all = presence.rows({ ...query, limit: 1_000 }).rows;
	next();
	for (const { id, user } of rows) expect(presence.find(id)?.userId).toBe(user?.id ?? '');
	expect(presence.find(all[100]?.id ?? '')?.userId).toBe(all[100]?.user?.id ?? '');
	expect(presence.find('nobody')).toBeUndefined();
});

it('told each second to somebody who looks at the first rows -> what was told last is the last to be forgotten', () => {
	const { presence, next } = polling(1_500);
	const first = presence.rows({ ...query, limit: 1 }).rows[0];
	presence.rows({ ...query, limit: 1_000 });
	presence.rows({ ...query, limit: 1 });
	next();
	presence.rows({ ...query, limit: 1_000 });
	next();
	presence.rows({ ...query, limit: 999 });
	expect(presence.find(first?.id ?? '')?.userId).toBe(first?.user?.id ?? '');
});
