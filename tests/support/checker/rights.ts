/** Whether nobody gets what is not theirs: I12 (no delivery without the right to the room). */
import type { EventOf } from '../history.ts';
import { type Ledger, nameOf } from './ledger.ts';
import type { Findings } from './violation.ts';

/**
 * A room of which the history tells rights is closed to whoever it grants none. What was handed in before a right was taken back
 * may arrive after it: it was on its way.
 */
export function checkRights(ledger: Ledger, findings: Findings) {
	const closed = new Set(ledger.events.filter((event) => event.type === 'right').map(({ room }) => room));
	if (closed.size === 0) return;
	const rights = new Map<string, EventOf<'right'>>();
	for (const event of ledger.events) {
		if (event.type === 'right') rights.set(`${event.client} ${event.room}`, event);
		if (event.type !== 'deliver' || !closed.has(event.room)) continue;
		const right = rights.get(`${event.client} ${event.room}`);
		const message = ledger.shown(event);
		if (right?.may || (right && message.send && message.send.at <= right.at)) continue;
		const why = right ? 'after the right to the room was taken back' : 'without ever having had a right to the room';
		findings.add('I12', `${event.client} was handed ${nameOf(message)} ${why}`, right ?? null, message.send, event);
	}
}
