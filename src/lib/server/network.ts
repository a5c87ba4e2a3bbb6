/** Which addresses count as one: an IPv4 address is one, of IPv6 a whole network, since whoever has one has them all. */

/** Groups of 16 bits that name a network: of IPv6 nobody is given less than a /64. */
const GROUPS = 4;

/** What limits are kept by: an IPv4 address as it is, an IPv6 address as its /64. A text that is no address stands for itself. */
export function networkOf(address: string): string {
	if (!address.includes(':')) return address;
	const groups = groupsOf(address);
	if (!groups) return address;
	// IPv4 within IPv6: the last two groups are the address.
	if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
		return groups
			.slice(6)
			.flatMap((group) => [group >> 8, group & 255])
			.join('.');
	return `${groups
		.slice(0, GROUPS)
		.map((group) => group.toString(16))
		.join(':')}::/64`;
}

/** The eight groups of an IPv6 address, however it is spelled; null where it is none. */
function groupsOf(address: string): number[] | null {
	const [bare = ''] = address.split('%'); // without its zone
	const spelled = URL.parse(`http://[${bare}]`)?.hostname.slice(1, -1);
	if (spelled === undefined) return null;
	const [head = '', tail] = spelled.split('::');
	const parsed = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
	const [before, after] = [parsed(head), parsed(tail ?? '')];
	return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
