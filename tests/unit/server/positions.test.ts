/** What a browser hands back when it returns to an event stream, and what the rooms of its first hello become by that. */
import { expect, it } from 'bun:test';
import { resumeFrom } from '../../../src/lib/server/http/positions.ts';

const hello = (room: object) => ({
	...({ type: 'hello', version: 1, client: 'a', connectionNumber: 1 } as const),
	rooms: [{ room: 'tea', ...room }],
});
const id = (position: object) => Buffer.from(JSON.stringify([{ room: 'tea', ...position }])).toString('base64url');
const known = { epoch: 'one', offset: 4, state: 7, presence: 9 };

it.each([
	[
		'a later offset of the same log -> from there, with the versions that were named',
		{ epoch: 'one', offset: 6 },
		{ ...known, offset: 6 },
	],
	['an older one -> as the hello says', { epoch: 'one', offset: 2 }, known],
	[
		'another log -> from there, and versions of the old one name nothing',
		{ epoch: 'two', offset: 1 },
		{ epoch: 'two', offset: 1, state: undefined, presence: undefined },
	],
])('%s', (_, given, expected) => {
	const returning = hello(known);
	resumeFrom(returning, id(given));
	expect(returning.rooms).toEqual([{ room: 'tea', ...expected }]);
});

it('no id, or what is none of ours -> as the hello says', () => {
	for (const given of [null, '', 'x', id({ epoch: 1 })]) {
		const returning = hello(known);
		resumeFrom(returning, given);
		expect(returning.rooms).toEqual([{ room: 'tea', ...known }]);
	}
});
