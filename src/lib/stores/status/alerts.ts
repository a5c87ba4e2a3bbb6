/** Alerts that are over: what was fetched once, and what each second tells anew. */
import type { Alert } from '../../protocol/status.ts';

/** As many as the server keeps. */
const KEPT = 100;

const isSame = (one: Alert, other: Alert) => one.rule === other.rule && one.raisedAt === other.raisedAt;

/** Both, the newest first, each alert once. */
export function joinHistory(told: Alert[], known: Alert[]): Alert[] {
	const older = known.filter((alert) => !told.some((newer) => isSame(newer, alert)));
	return [...told, ...older].sort((a, b) => (b.clearedAt ?? b.raisedAt) - (a.clearedAt ?? a.raisedAt)).slice(0, KEPT);
}
