/** What is told to who asks: everything that the status page shows, and every error, with names and places only for those who may see them. */
import type { Errors, IncidentReport, Status, Window } from '../../protocol/status.ts';
import type { Incident, Incidents } from '../incidents/incidents.ts';
import type { Overview } from '../overview.ts';
import type { Monitor } from './monitor.ts';

/** The connections that come along with the status: the longest ones first. */
const FIRST = { search: '', sort: 'age', descending: true, limit: 100 } as const;

/** @param reads whether who asks may see names, addresses, rooms and ids */
export function statusOf(
	{ monitor, overview }: { monitor: Monitor; overview: Overview },
	window: Window,
	reads: boolean,
): Status {
	const told = { ...overview.state(), alerts: overview.alerts, series: monitor.series(window) };
	if (!reads) return told;
	return { ...told, incidents: historyOf(monitor.measured.incidents, reads), connections: monitor.presence.rows(FIRST) };
}

export function errorsOf({ measured: { clock, incidents }, since }: Monitor, reads: boolean): Errors {
	return { at: clock.wall(), since, ...incidents.report.errors, history: historyOf(incidents, reads) };
}

/** The newest first. */
function historyOf({ report }: Incidents, reads: boolean): IncidentReport[] {
	return report.history.reverse().map((incident) => told(incident, reads));
}

function told({ connection, user, room, ...incident }: Incident, reads: boolean): IncidentReport {
	return {
		...incident,
		...(reads && connection !== undefined && { connection }),
		...(reads && user !== undefined && { user }),
		...(reads && room !== undefined && { room }),
	};
}
