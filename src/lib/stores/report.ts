/** What a person can hand to whoever runs the server: everything this page knows of its connection, as JSON. No message is in it. */
import type { Client } from '../client/types.ts';
import { lastDiagnosis } from './happened.ts';

export function report(client: Client, { at, online, browser }: { at: Date; online: boolean; browser: string }): string {
	const facts = {
		at: at.toISOString(),
		online,
		browser,
		client: client.id,
		connection: client.getConnectionState(),
		state: client.state,
		stats: client.getStats(),
		diagnosis: lastDiagnosis(client),
		errors: client.getErrorHistory(),
		timeline: client.getTimeline(),
	};
	return JSON.stringify(facts, null, 2);
}
