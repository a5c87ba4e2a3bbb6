/** Rows in blocks: a browser leaves out the work for a block that is out of sight, and one in which nothing changed is not drawn again. */
import type { Row } from './rows.ts';

export interface Block {
	readonly key: string;
	readonly rows: readonly Row[];
}

/** Offsets that share a block. Where one begins follows from them alone: messages that come before or after move no row to another. */
const OFFSETS = 64;

/** @param before the blocks of the last time: those that are as they were stay the same objects */
export function blocks(rows: readonly Row[], before: readonly Block[] = []): Block[] {
	const last = new Map(before.map((block) => [block.key, block]));
	const result: Block[] = [];
	let key = '';
	let open: Row[] = [];
	/** Lines belong to the message below them. */
	let lines: Row[] = [];
	const close = () => {
		if (open.length === 0) return;
		const known = last.get(key);
		const same = known?.rows.length === open.length && known.rows.every((row, index) => row === open[index]);
		result.push(same && known ? known : { key, rows: open });
		open = [];
	};
	for (const row of rows) {
		if (row.kind !== 'message') {
			lines.push(row);
			continue;
		}
		const { offset } = row.entry;
		const mine = Number.isFinite(offset) ? String(Math.floor(offset / OFFSETS)) : key || 'end';
		if (mine !== key) close();
		key = mine;
		open.push(...lines, row);
		lines = [];
	}
	open.push(...lines);
	close();
	return result;
}
