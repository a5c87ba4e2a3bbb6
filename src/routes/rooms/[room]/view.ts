/** Which side of a room is in sight where there is place for one, as its address says. */
export type View = 'chat' | 'estimate';

export const viewOf = (url: URL): View => (url.searchParams.get('view') === 'estimate' ? 'estimate' : 'chat');

/** The address of the same room with another side in sight. */
export function withView(url: URL, view: View): URL {
	const other = new URL(url);
	if (view === 'chat') other.searchParams.delete('view');
	else other.searchParams.set('view', view);
	return other;
}
