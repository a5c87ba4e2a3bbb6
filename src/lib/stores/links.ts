/** Finds the links in what people write: addresses with `http`, those that begin with `www`, well-known domains, and those of mail. */

export interface Link {
	/** Where it is in the text, in UTF-16 units; the end is not of it. */
	from: number;
	to: number;
	/** Begins with `http:`, `https:` or `mailto:`. */
	href: string;
}

/** What no address goes on with: blanks, what surrounds it, and the punctuation of scripts without blanks. */
const REST =
	'[^\\s<>"`{}|\\\\^\\u00ab\\u00bb\\u2018-\\u201f\\u3000-\\u303f\\uff00-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65]';
/** Each part has a bound, and each begins where a word does: a text takes time in proportion to its length, whatever it is. */
const LABELS = '(?:[a-z\\d-]{1,63}\\.){1,8}';
/** Without `http` these alone end the name of a server: `main.rs` and `README.md` are files. */
const KNOWN = '(?:com|org|net|edu|gov|io|dev|app)(?:\\.[a-z]{2})?(?![\\w@-])';
const PORT = '(?::\\d{1,5})?';
const ADDRESS = new RegExp(
	[
		`(?<web>(?<![a-z\\d])https?://${REST}+)`,
		`(?<mail>(?<![\\w.+@/:-])(?:mailto:)?[\\w.+-]{1,64}@${LABELS}[a-z]{2,24}(?![\\w@-]))`,
		`(?<bare>(?<![\\w.+@/:-])(?:www\\.${LABELS}[a-z]{2,24}(?![\\w@-])|${LABELS}${KNOWN})${PORT}(?:[/?#]${REST}*)?)`,
	].join('|'),
	'giu',
);

/** In the order of the text; none overlaps another. */
export function linksIn(text: string): Link[] {
	const links: Link[] = [];
	for (const { 0: found, index: from, groups } of text.matchAll(ADDRESS)) {
		const address = trimmed(found);
		const href = groups?.web || /^mailto:/i.test(address) ? address : `${groups?.mail ? 'mailto:' : 'https://'}${address}`;
		if (URL.canParse(href)) links.push({ from, to: from + address.length, href });
	}
	return links;
}

const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Without what ends the sentence around it: punctuation, and brackets that were opened before it. */
function trimmed(found: string): string {
	const open: Record<string, number> = { ')': 0, ']': 0 };
	for (const char of found)
		for (const [close, begin] of Object.entries(pairs))
			open[close] = (open[close] ?? 0) + (char === begin ? 1 : char === close ? -1 : 0);
	let end = found.length;
	for (; end > 0; end--) {
		const last = found.charAt(end - 1);
		const surplus = open[last];
		if (surplus !== undefined && surplus < 0) open[last] = surplus + 1;
		else if (!".,:;!?'*…".includes(last)) break;
	}
	return found.slice(0, end);
}
