/** What reached whom: I1 (no loss), I2 in the log (nothing stored twice), I3 (no phantom), I9 (refused is never seen). */
import type { EventOf } from '../history.ts';
import type { Span } from './courses.ts';
import { getOrMake } from './get-or-make.ts';
import { type Ledger, nameOf } from './ledger.ts';
import type { Findings } from './violation.ts';

export function checkDelivery(ledger: Ledger, spans: readonly Span[], findings: Findings) {
	checkLoss(ledger, spans, findings);
	checkStoredOnce(ledger, findings);
	const reported = new Set<unknown>();
	for (const sighting of ledger.sightings) {
		const message = ledger.shown(sighting);
		if (message.send?.hash === sighting.hash || reported.has(message)) continue;
		reported.add(message);
		const what = message.send ? 'is not what was sent' : 'was never sent';
		findings.add('I3', `${nameOf(message)} ${what}`, message.send, sighting);
	}
	for (const message of ledger.messages) {
		if (message.refusal && message.seen)
			findings.add('I9', `${nameOf(message)} was refused (${message.refusal.code}) and yet seen`, message.refusal, message.seen);
	}
}

function checkLoss(ledger: Ledger, spans: readonly Span[], findings: Findings) {
	const acks = new Map<string, Map<number, EventOf<'ack'>[]>>();
	for (const message of ledger.messages) {
		for (const ack of message.acks) {
			const offsets = getOrMake(acks, `${ack.epoch} ${ack.room}`, () => new Map<number, EventOf<'ack'>[]>());
			getOrMake(offsets, ack.offset, () => []).push(ack);
		}
	}
	for (const { stream, epoch, from, to, delivered, last } of spans) {
		const offsets = acks.get(`${epoch} ${stream.room}`);
		for (let offset = from; offsets && offset <= to; offset++) {
			for (const ack of offsets.get(offset) ?? []) {
				const message = ledger.message(ack.room, ack.client, ack.seq);
				if (delivered.has(message)) continue;
				findings.add('I1', `${stream.client} passed ${offset} and never got ${nameOf(message)}, acknowledged there`, ack, last);
			}
		}
	}
}

function checkStoredOnce(ledger: Ledger, findings: Findings) {
	for (const { entries } of ledger.logs.values()) {
		const places = new Map<unknown, EventOf<'entry'>>();
		for (const entry of entries.values()) {
			const message = ledger.shown(entry);
			const before = places.get(message);
			if (before)
				findings.add('I2', `${nameOf(message)} is in the log twice, at ${before.offset} and ${entry.offset}`, before, entry);
			places.set(message, entry);
		}
	}
}
