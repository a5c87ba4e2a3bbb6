/** Whether the server's word holds: I8 (true acks), I10 (acknowledged is durable). */
import { type Ledger, nameOf } from './ledger.ts';
import type { Findings } from './violation.ts';

export function checkAcks(ledger: Ledger, findings: Findings) {
	for (const message of ledger.messages) {
		const [first, ...others] = message.acks;
		if (!first) continue;
		if (message.refusal) findings.add('I8', `${nameOf(message)} was acknowledged and refused`, first, message.refusal);
		const other = others.find(({ epoch, offset }) => epoch === first.epoch && offset !== first.offset);
		if (other) findings.add('I8', `${nameOf(message)} was acknowledged at ${first.offset} and at ${other.offset}`, first, other);
		const { seen } = message;
		const wrong = seen && message.acks.find(({ epoch, offset }) => epoch === seen.epoch && offset !== seen.offset);
		if (wrong)
			findings.add('I8', `${nameOf(message)} was acknowledged at ${wrong.offset} and seen at ${seen.offset}`, wrong, seen);
		checkDurable(ledger, findings, first);
	}
}

function checkDurable(ledger: Ledger, findings: Findings, ack: { type: 'ack' } & Ledger['messages'][number]['acks'][number]) {
	const log = ledger.logs.get(ack.room);
	// Another epoch is another log: that the subscribers were told so is I11, that they followed is I14.
	if (!log || log.read.epoch !== ack.epoch || ack.offset < log.read.from) return;
	const entry = log.entries.get(ack.offset);
	if (entry && entry.sender === ack.client && entry.seq === ack.seq) return;
	const message = ledger.message(ack.room, ack.client, ack.seq);
	const crash = ledger.crashes.find(({ at }) => at >= ack.at) ?? null;
	const where = entry ? `holds ${nameOf(ledger.shown(entry))}` : 'is empty';
	const after = crash ? ' after a crash' : '';
	findings.add(
		'I10',
		`${nameOf(message)} was acknowledged at ${ack.offset}, which ${where} in the log${after}`,
		ack,
		crash,
		entry ?? log.read,
	);
}
