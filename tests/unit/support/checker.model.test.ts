/** The checker against a model: good histories of every kind pass, each damage to one is found, and a long one is judged at once. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { check } from '../../support/checker.ts';
import type { EventOf, HistoryEvent } from '../../support/history.ts';
import { createRandom } from '../../support/random.ts';
import { play, type Step, step } from './model.ts';

const steps = fc.array(step, { maxLength: 200 });
const isDelivery = (event: HistoryEvent): event is EventOf<'deliver'> => event.type === 'deliver';

describe('a room that keeps its promises', () => {
	it('is never accused', () => {
		fc.assert(
			fc.property(steps, (taken) => {
				expect(check(play(taken))).toEqual([]);
			}),
			{ numRuns: 500 },
		);
	});

	it('is accused when one delivery goes missing, comes twice, or is altered', () => {
		const damages: Record<string, (delivery: EventOf<'deliver'>) => HistoryEvent[]> = {
			missing: () => [],
			twice: (delivery) => [delivery, delivery],
			altered: (delivery) => [{ ...delivery, hash: 'other' }],
			'at another place': (delivery) => [{ ...delivery, offset: delivery.offset + 1 }],
		};
		fc.assert(
			fc.property(steps, fc.nat(), fc.constantFrom(...Object.keys(damages)), (taken, which, damage) => {
				const events = play(taken);
				const deliveries = events.filter(isDelivery);
				const victim = deliveries[which % Math.max(1, deliveries.length)];
				fc.pre(victim !== undefined);
				const damaged = events.flatMap((event) => (event === victim ? (damages[damage]?.(victim) ?? []) : [event]));
				// The first message of a replay may be missing: where recent history begins is the server's choice.
				const at = events.indexOf(victim);
				const isOfIt = (event: HistoryEvent) => 'subscription' in event && event.subscription === victim.subscription;
				const before = events.slice(0, at).findLast(isOfIt);
				// And so may the last one before the room was left, or began anew: it had not arrived yet.
				const tells = ({ type }: HistoryEvent) => ['deliver', 'subscribed', 'live', 'unsubscribe'].includes(type);
				const after = events.slice(at + 1).find((event) => isOfIt(event) && tells(event));
				const isLast = after?.type === 'unsubscribe' || (after?.type === 'subscribed' && after.result !== 'resumed');
				const isFirst = before?.type !== 'deliver' && before?.type !== 'live';
				fc.pre(damage === 'twice' || damage === 'altered' || !(isFirst || isLast));
				expect(check(damaged)).not.toEqual([]);
			}),
			{ numRuns: 300 },
		);
	});

	it('judges 100 000 events', () => {
		const random = createRandom(1);
		const people = ['ann', 'bob', 'cat', 'dan'] as const;
		const taken: Step[] = [];
		for (let count = 0; count < 20_000; count++) {
			const name = random.pick(people);
			taken.push({ do: 'send', client: name }, { do: 'store', client: name, ackLost: false, refuse: 1 });
			for (const client of people) taken.push({ do: 'read', client, count: 2 });
		}
		const events = play(taken);
		expect(events.length).toBeGreaterThan(100_000);
		expect(check(events)).toEqual([]);
	}, 30_000);
});
