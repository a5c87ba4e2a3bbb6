/** What a person can hand to whoever runs the server: everything this page knows of its connection, as JSON. */
import type { Client } from '../client/types.ts';

export function report(client: Client, { at, online, browser }: { at: Date; online: boolean; browser: string }): string {
	const facts = {
		at: at.toISOString(),
		online,
		browser,
		client: client.id,
		connection: client.getConnectionState(),
		state: client.state,
		stats: client.getStats(),
		errors: client.getErrorHistory(),
	};
	return JSON.stringify(facts, null, 2);
}
