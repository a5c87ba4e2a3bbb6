/** The load: each sender keeps the same number of messages in flight, and everything that was sent must have arrived everywhere. */
import { cpuSeconds } from '../processes.ts';
import { until } from '../until.ts';
import type { Link } from './link.ts';

export interface Load {
	/** The process whose CPU is measured. */
	pid: number;
	/** Everybody who is connected; the senders are among them. */
	links: readonly Link[];
	senders: readonly Link[];
	/** Unacknowledged messages of each sender. */
	inFlight: number;
	durationMs: number;
}

export interface LoadResult {
	/** Messages sent and acknowledged. */
	acked: number;
	/** Messages delivered, over all links: exactly as many as there had to be. */
	delivered: number;
	/** CPU of the server from the first message to the last delivery. */
	cpuSeconds: number;
	wallSeconds: number;
}

/**
 * Sends for `durationMs`, then waits until all of it is acknowledged and delivered.
 * @throws Error when a connection ends or a delivery is missing or doubled
 */
export async function closedLoop({ pid, links, senders, inFlight, durationMs }: Load): Promise<LoadResult> {
	const before = new Map(links.map((link) => [link, link.delivered]));
	const sentInRoom = new Map<string | null, number>();
	let sent = 0;
	let acked = 0;
	let ended: string | null = null;
	const began = performance.now();
	const cpuBefore = cpuSeconds(pid);
	const deadline = began + durationMs;

	const publish = (link: Link, count: number) => {
		sent += count;
		sentInRoom.set(link.member.room, (sentInRoom.get(link.member.room) ?? 0) + count);
		link.publish(count);
	};
	for (const link of links)
		link.onClosed = (code) => {
			ended ??= `the connection of member ${link.member.index} ended with ${code}`;
		};
	for (const link of senders) {
		link.onAcked = (count) => {
			acked += count;
			if (performance.now() < deadline) publish(link, count);
		};
		publish(link, inFlight);
	}
	await Bun.sleep(durationMs);

	const expectedOf = (link: Link) => sentInRoom.get(link.member.room) ?? 0;
	const deliveredTo = (link: Link) => link.delivered - (before.get(link) ?? 0);
	const settled = () => ended !== null || (acked >= sent && links.every((link) => deliveredTo(link) >= expectedOf(link)));
	await until('every message to arrive', settled, { everyMs: 5 }).catch(() => {});
	const result = { cpuSeconds: cpuSeconds(pid) - cpuBefore, wallSeconds: (performance.now() - began) / 1000 };
	if (ended) throw new Error(ended);

	const expected = links.reduce((sum, link) => sum + expectedOf(link), 0);
	const delivered = links.reduce((sum, link) => sum + deliveredTo(link), 0);
	const wrong = links.filter((link) => deliveredTo(link) !== expectedOf(link)).length;
	if (wrong > 0 || acked !== sent)
		throw new Error(
			`sent ${sent}, acked ${acked}; delivered ${delivered} of ${expected}, wrong at ${wrong} of ${links.length} clients`,
		);
	return { ...result, acked, delivered };
}
