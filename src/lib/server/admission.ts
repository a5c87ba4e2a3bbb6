/** Who may knock: the origin of a request, the address it truly comes from, and how often. */
import { BlockList, isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import { networkOf } from './network.ts';
import type { Options } from './options.ts';
import { Buckets } from './token-bucket.ts';

/** A request with the address of the socket it came over. */
export interface Knock {
	request: Request;
	address: string;
}

export interface Admission {
	/** The client's address: the last in `X-Forwarded-For` that is no trusted proxy, where the socket's is one. */
	addressOf(knock: Knock): string;
	/** Whether the person's side of the connection is https, as far as we can know. */
	isSecure(knock: Knock): boolean;
	/** The host that the person's browser asks for, as far as we can know: of `ORIGIN`, else what the request says. */
	hostOf(knock: Knock): string | null;
	/** False for a page of a foreign origin. A request that names neither origin nor site comes from no browser and passes. */
	originAllowed(knock: Knock): boolean;
	/** Whether it comes from a page of the app itself, or from no page: nobody else operates the server. */
	isOwnPage(knock: Knock): boolean;
	/** Counts a request of an address, or of its network: 0, or the milliseconds after which it may try again. */
	take(address: string): number;
}

/** What `Sec-Fetch-Site` says of a request that a page of another origin makes. */
const OTHER_SITES: ReadonlySet<string> = new Set(['cross-site', 'same-site']);

export function createAdmission(options: Pick<Options, 'origins' | 'trustedProxies' | 'requests'>, clock: Clock): Admission {
	const proxies = blockList(options.trustedProxies);
	const rates = new Buckets(options.requests);
	const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

	const own = options.origins.own ? new URL(options.origins.own).host : null;
	function hostOf({ request, address }: Knock): string | null {
		if (own) return own;
		const forwarded = request.headers.get('x-forwarded-host');
		return forwarded && isProxy(plain(address)) ? forwarded : request.headers.get('host');
	}
	function isOwn(origin: string, knock: Knock): boolean {
		if (options.origins.own) return origin === options.origins.own;
		const host = hostOf(knock);
		return !!host && (origin === `http://${host}` || origin === `https://${host}`);
	}
	return {
		take: (address) => rates.take(networkOf(address), clock.now()),
		addressOf({ request, address }) {
			let hop = plain(address);
			const forwarded = request.headers.get('x-forwarded-for')?.split(',');
			if (!forwarded) return hop;
			while (isProxy(hop)) {
				const next = forwarded.pop()?.trim();
				if (!next || !isIP(next)) break;
				hop = next;
			}
			return hop;
		},
		isSecure({ request, address }) {
			if (options.origins.own) return options.origins.own.startsWith('https:');
			return isProxy(plain(address)) && request.headers.get('x-forwarded-proto') === 'https';
		},
		hostOf,
		originAllowed(knock) {
			const origin = knock.request.headers.get('origin');
			return origin === null ? !isElsewhere(knock) : options.origins.allowed.includes(origin) || isOwn(origin, knock);
		},
		isOwnPage(knock) {
			const origin = knock.request.headers.get('origin');
			return origin === null ? !isElsewhere(knock) : isOwn(origin, knock);
		},
	};
}

/** An image or a link of another page brings no origin, but cookies where the two share a site. */
const isElsewhere = ({ request }: Knock) => OTHER_SITES.has(request.headers.get('sec-fetch-site') ?? '');

/** An IPv4 address that a dual-stack socket shows as IPv6, as itself. */
const plain = (address: string) => (address.startsWith('::ffff:') ? address.slice(7) : address);

/** The entries were checked with the other settings. */
function blockList(entries: string[]) {
	const blocks = new BlockList();
	for (const entry of entries) {
		const [address = '', prefix] = entry.split('/');
		const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
		blocks.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
	}
	return blocks;
}
