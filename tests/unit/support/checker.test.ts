/** The checker: a good history passes, and each broken promise is told by its own name. */
import { describe, expect, it } from 'bun:test';
import { check, describeViolations, type Invariant, invariants } from '../../support/checker.ts';
import { parseHistory } from '../../support/history.ts';
import { room, Story } from './story.ts';

const found = (story: Story) => [...new Set(check(story.events).map(({ invariant }) => invariant))];

/** Each is as short as the invariant allows, and breaks nothing else. */
const broken: Record<Invariant, Record<string, () => Story>> = {
	I1: {
		'an acked message is passed over: another lies at its place': () =>
			room().send('bob', 1).ack('bob', 1, 1).send('eve', 1).deliver('ann', 1, 'eve', 1),
	},
	I2: {
		'delivered twice at one place': () => room().send('bob', 1).deliver('ann', 1, 'bob', 1).deliver('ann', 1, 'bob', 1),
		'delivered at two places': () => room().send('bob', 1).deliver('ann', 1, 'bob', 1).deliver('ann', 2, 'bob', 1),
		'stored twice': () => new Story().send('bob', 1).log(1, ['bob', 1], ['bob', 1]),
	},
	I3: {
		'never sent': () => room().deliver('ann', 1, 'bob', 1),
		altered: () => room().send('bob', 1, 'hi').deliver('ann', 1, 'bob', 1, 'ho'),
		'in the log and never sent': () => new Story().log(1, ['bob', 1]),
	},
	I4: {
		'two subscribers see different messages at one place': () =>
			room().subscribe('cat', 0).send('bob', 1).send('eve', 1).deliver('ann', 1, 'bob', 1).deliver('cat', 1, 'eve', 1),
		'two messages are acked at one place': () => new Story().send('bob', 1).send('eve', 1).ack('bob', 1, 1).ack('eve', 1, 1),
		'an offset is used again after a crash': () =>
			room().send('bob', 1).deliver('ann', 1, 'bob', 1).crash().send('eve', 1).log(1, ['eve', 1]),
	},
	I5: {
		'a hole': () => room().send('bob', 1).send('bob', 2).deliver('ann', 1, 'bob', 1).deliver('ann', 3, 'bob', 2),
		'a step back': () =>
			room().subscribe('cat', 4).send('bob', 1).send('bob', 2).deliver('cat', 5, 'bob', 1).deliver('cat', 4, 'bob', 2),
		'a start behind the head': () =>
			new Story().send('bob', 1).subscribe('ann').subscribed('ann', 'fresh', 3).deliver('ann', 5, 'bob', 1),
		'live before the replay is over': () =>
			new Story().send('bob', 1).subscribe('ann').subscribed('ann', 'fresh', 2).deliver('ann', 1, 'bob', 1).live('ann', 2),
		'another epoch without a reset': () => {
			const story = room().send('bob', 1).send('bob', 2).deliver('ann', 1, 'bob', 1);
			story.epoch = 'f';
			return story.deliver('ann', 2, 'bob', 2);
		},
	},
	I6: {
		"a sender's second before the first": () =>
			room().send('bob', 1).send('bob', 2).deliver('ann', 1, 'bob', 2).deliver('ann', 2, 'bob', 1),
	},
	I7: {
		'two subscribers, two orders': () =>
			room()
				.subscribe('cat', 0)
				.send('bob', 1)
				.send('eve', 1)
				.deliver('ann', 1, 'bob', 1)
				.deliver('ann', 2, 'eve', 1)
				.deliver('cat', 1, 'eve', 1)
				.deliver('cat', 2, 'bob', 1),
		'a circle of three': () => {
			const story = room().subscribe('cat', 0).subscribe('dan', 0).send('bob', 1).send('eve', 1).send('fay', 1);
			const orders = { ann: ['bob', 'eve', 'fay'], cat: ['eve', 'fay', 'bob'], dan: ['fay', 'bob', 'eve'] };
			for (const [client, senders] of Object.entries(orders))
				for (const [at, sender] of senders.entries()) story.deliver(client, at + 1, sender, 1);
			return story;
		},
	},
	I8: {
		'acked at one place, seen at another': () => room().send('bob', 1).ack('bob', 1, 2).deliver('ann', 1, 'bob', 1),
		'acked at two places': () => new Story().send('bob', 1).ack('bob', 1, 1).ack('bob', 1, 2),
		'acked and refused': () => new Story().send('bob', 1).ack('bob', 1, 1).nack('bob', 1),
	},
	I9: {
		'refused and seen': () => room().send('bob', 1).nack('bob', 1).deliver('ann', 1, 'bob', 1),
		'refused and in the log': () => new Story().send('bob', 1).nack('bob', 1).log(1, ['bob', 1]),
	},
	I10: {
		'acked, then gone': () => new Story().send('bob', 1).ack('bob', 1, 1).crash().log(1),
		'acked, then another in its place': () =>
			new Story().send('bob', 1).ack('bob', 1, 1).crash().send('eve', 1).log(1, ['eve', 1]),
	},
	I12: {
		'handed something that was sent after the right was taken back': () =>
			room().right('ann', true).right('ann', false).send('bob', 1).deliver('ann', 1, 'bob', 1),
		'handed something of a room that is closed to them': () =>
			room().right('bob', true).send('bob', 1).deliver('ann', 1, 'bob', 1),
	},
	I13: {
		'a card is seen before the reveal': () => room().expose('ann'),
		'a reveal shows another card than the last': () =>
			room()
				.vote('bob', 1, 1, '5')
				.vote('bob', 2, 1, '8')
				.send('eve', 1)
				.tell('ann', 1, 'bob', 1)
				.tell('ann', 2, 'bob', 2)
				.tell('ann', 3, 'eve', 1, 1, { bob: '5' }),
		'a reveal shows a vote that was taken back': () =>
			room()
				.vote('bob', 1, 1, '5')
				.vote('bob', 2, 1, null)
				.send('eve', 1)
				.tell('ann', 1, 'bob', 1)
				.tell('ann', 2, 'bob', 2)
				.tell('ann', 3, 'eve', 1, 1, { bob: '5' }),
		'a reveal lacks a vote': () =>
			room().vote('bob', 1, 1, '5').send('eve', 1).tell('ann', 1, 'bob', 1).tell('ann', 2, 'eve', 1, 1, {}),
		'a reveal shows somebody who never voted': () =>
			room().send('bob', 1).send('eve', 1).tell('ann', 1, 'bob', 1).tell('ann', 2, 'eve', 1, 1, { cid: '5' }),
	},
	I11: {
		'resumed with a hole': () =>
			room()
				.send('bob', 1)
				.send('bob', 2)
				.deliver('ann', 1, 'bob', 1)
				.subscribed('ann', 'resumed', 3)
				.deliver('ann', 3, 'bob', 2),
		'resumed and live without what was missed': () => room().subscribed('ann', 'resumed', 2).live('ann', 2),
		'resumed into another epoch': () => {
			const story = room();
			story.epoch = 'f';
			return story.subscribed('ann', 'resumed', 0);
		},
		'resumed below the position': () => new Story().subscribe('ann', 5).subscribed('ann', 'resumed', 3),
		'fresh although it had a position': () => new Story().subscribe('ann', 5).subscribed('ann', 'fresh', 7),
		'a gap that names too little': () =>
			new Story().send('bob', 1).subscribe('ann', 5).subscribed('ann', 'gap', 9, { from: 6, to: 7 }).deliver('ann', 9, 'bob', 1),
		'a gap that is none: the message is still there': () =>
			new Story()
				.send('bob', 1)
				.send('bob', 2)
				.subscribe('ann', 0)
				.subscribed('ann', 'gap', 2, { from: 1, to: 1 })
				.log(1, ['bob', 1], ['bob', 2]),
		'a reset without a reason': () => new Story().subscribe('ann', 5).subscribed('ann', 'reset', 7),
	},
	I14: {
		'behind the head': () => room().send('bob', 1).ack('bob', 1, 1).quiesce(),
		'never subscribed': () => new Story().send('bob', 1).ack('bob', 1, 1).subscribe('ann').quiesce(),
		'never answered': () => new Story().send('bob', 1).nack('bob', 1, true).quiesce(),
	},
	I15: { 'above the cap': () => new Story().sample('rss', 90, 100).sample('rss', 101, 100) },
};

describe('the checker', () => {
	it('passes a good history: sends, a refusal, a cut, a crash, a gap, a reset, a late subscriber', () => {
		const story = room()
			.send('bob', 1)
			.send('bob', 2)
			.ack('bob', 1, 1)
			.deliver('ann', 1, 'bob', 1)
			.nack('bob', 2, true)
			.nack('bob', 2)
			.send('bob', 3)
			.crash()
			.ack('bob', 3, 2)
			.ack('bob', 3, 2)
			.subscribed('ann', 'resumed', 2)
			.deliver('ann', 2, 'bob', 3)
			.live('ann', 2)
			.subscribe('cat')
			.subscribed('cat', 'fresh', 2)
			.deliver('cat', 2, 'bob', 3)
			.live('cat', 2)
			.unsubscribe('cat');
		for (let seq = 4; seq < 8; seq++) story.send('bob', seq).ack('bob', seq, seq - 1);
		story.subscribed('ann', 'gap', 6, { from: 3, to: 4 }).deliver('ann', 5, 'bob', 6).deliver('ann', 6, 'bob', 7).live('ann', 6);
		story.send('gone', 1).leave('gone').sample('rss', 99, 100).quiesce().log(5, ['bob', 6], ['bob', 7]);
		expect(check(story.events)).toEqual([]);

		story.epoch = 'f';
		story.subscribed('ann', 'reset', 1).send('eve', 1).deliver('ann', 1, 'eve', 1).live('ann', 1).ack('eve', 1, 1).quiesce();
		expect(check(story.events)).toEqual([]);
	});

	for (const [invariant, cases] of Object.entries(broken)) {
		for (const [title, story] of Object.entries(cases)) {
			it(`${invariant}: ${title}`, () => {
				const told = story();
				expect(found(told).map(String)).toEqual([invariant]);
				for (const { evidence } of check(told.events)) expect(evidence.length).toBeGreaterThan(0);
			});
		}
	}

	it('tells all that a hole over an acknowledged message breaks', () => {
		const story = room().send('bob', 1).ack('bob', 1, 1).send('bob', 2).deliver('ann', 2, 'bob', 2);
		expect(found(story)).toEqual(['I1', 'I5']);
	});

	it('keeps a bounded number of violations', () => {
		const story = room();
		for (let offset = 1; offset < 1000; offset++) story.deliver('ann', offset, 'bob', offset);
		expect(check(story.events)).toHaveLength(100);
	});

	it('describes violations with the rule, a sentence and the events', () => {
		const text = describeViolations(check(room().deliver('ann', 1, 'bob', 1).events));
		expect(text).toContain(invariants.I3);
		expect(text).toContain('message 1 of bob in "r" was never sent');
		expect(parseHistory(text.split('\n').at(-1) ?? '')).toHaveLength(1);
	});
});
