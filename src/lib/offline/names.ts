/** What the page, its service worker and the server agree on: which copies there are, what they are called, and whose they are. */

/** Pages as they were last loaded, by their address. */
export const PAGES = 'holdfast-pages';
/** The newest messages of rooms, as pages have seen them since. */
export const MESSAGES = 'holdfast-messages';
/** Scripts, styles and icons, a cache for each build. */
export const BUILD = 'holdfast-build-';
/** Booted where there is no copy of a page. */
export const SHELL = '/offline';
/** The server's word that a page may be kept, by which build it was rendered, and for whom. Without it nothing is kept. */
export const COPY_HEADER = 'holdfast-copy';

export interface CopyMark {
	/** The build whose scripts the page needs. */
	build: string;
	/** Who and how the page was rendered for: a page for anybody else lets go of every copy. */
	reader: string;
}

export const writeMark = ({ build, reader }: CopyMark) => `${encodeURIComponent(build)} ${encodeURIComponent(reader)}`;

/** Null for an answer that must not be kept. */
export function readMark({ headers }: { headers: Headers }): CopyMark | null {
	const [build, reader] = headers.get(COPY_HEADER)?.split(' ') ?? [];
	return build && reader ? { build: decodeURIComponent(build), reader: decodeURIComponent(reader) } : null;
}

/** Whether the worker answers for a page where the network does not: the way in, and rooms. Nothing that an operator or a guest with a link sees. */
export const standsIn = (pathname: string) => pathname === '/' || pathname.startsWith('/rooms/');

/** What a page tells its worker. */
export type Word = { type: 'keep'; address: string } | { type: 'forget' };

export const isWord = (data: unknown): data is Word =>
	typeof data === 'object' &&
	data !== null &&
	'type' in data &&
	(data.type === 'forget' || (data.type === 'keep' && 'address' in data && typeof data.address === 'string'));
