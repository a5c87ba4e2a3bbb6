/** Which connections the table shows, and in which order. The server searches and sorts; here is only what is asked. */
import type { ConnectionOrder } from '../../protocol/status.ts';

export interface ConnectionQuery {
	search: string;
	sort: ConnectionOrder;
	descending: boolean;
	limit: number;
}

/** The longest there, first. */
export const FIRST_QUERY: ConnectionQuery = { search: '', sort: 'age', descending: true, limit: 50 };

/** Columns of figures begin with the largest: that is what is looked for. */
const begins: Record<ConnectionOrder, boolean> = {
	user: false,
	transport: false,
	rooms: true,
	age: true,
	roundTrip: true,
	buffered: true,
};

/** A press on a column's header: turns the order round, or begins with that column. */
export const sortedBy = (query: ConnectionQuery, sort: ConnectionOrder): ConnectionQuery =>
	query.sort === sort ? { ...query, descending: !query.descending } : { ...query, sort, descending: begins[sort] };

export const ariaSort = ({ sort, descending }: ConnectionQuery, column: ConnectionOrder) =>
	sort !== column ? 'none' : descending ? 'descending' : 'ascending';

export function queryText({ search, sort, descending, limit }: ConnectionQuery): string {
	const query = new URLSearchParams({ sort, descending: String(descending), limit: String(limit) });
	if (search.trim()) query.set('search', search.trim());
	return query.toString();
}
