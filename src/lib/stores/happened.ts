/** What happened to the connection last, as the client has explained it. */
import type { Client, Diagnosis } from '../client/index.ts';

/** The newest diagnosis, or null when there is nothing to explain: attempts that failed are over once one succeeds, drops are not. */
export function lastDiagnosis(client: Client): Diagnosis | null {
	const isUp = client.state.name === 'connected';
	const known = client
		.getErrorHistory()
		.flatMap(({ diagnosis, connectedMs }) => (diagnosis && (!isUp || connectedMs > 0) ? [diagnosis] : []));
	return known.reduce<Diagnosis | null>((newest, each) => (newest && newest.at > each.at ? newest : each), null);
}
