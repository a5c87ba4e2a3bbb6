/** Which addresses share their limits. */
import { describe, expect, it } from 'bun:test';
import fc from 'fast-check';
import { networkOf } from '../../../src/lib/server/network.ts';

describe('S11 what counts as one address', () => {
	it.each([
		['203.0.113.7', '203.0.113.7'],
		['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
		['2001:DB8:1:2::', '2001:db8:1:2::/64'],
		['2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
		['2001:db8:1:3::1', '2001:db8:1:3::/64'],
		['2001:db8::1', '2001:db8:0:0::/64'],
		['::1', '0:0:0:0::/64'],
		['fe80::1%eth0', 'fe80:0:0:0::/64'],
		['::ffff:203.0.113.7', '203.0.113.7'],
		['::ffff:cb00:7107', '203.0.113.7'],
		['', ''],
		['a:b', 'a:b'],
		['::ffff:x', '::ffff:x'],
	])('%s -> %s', (address, network) => {
		expect(networkOf(address)).toBe(network);
	});

	it('whatever follows the first 64 bits -> the same; whatever differs in them -> another', () => {
		const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
		const four = fc.array(group, { minLength: 4, maxLength: 4 }).map((groups) => groups.join(':'));
		fc.assert(
			fc.property(four, four, four, (first, rest, other) => {
				fc.pre(!/^0:0:0:0/.test(first)); // where IPv4 may be within
				expect(networkOf(`${first}:${rest}`)).toBe(`${first}::/64`);
				if (first !== other) expect(networkOf(`${other}:${rest}`)).not.toBe(`${first}::/64`);
			}),
		);
	});
});
