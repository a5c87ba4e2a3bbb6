/** A log that does some things its own way, and the rest as the one behind it. */
import type { MessageLog } from '../../../src/lib/server/log/message-log.ts';

export function wrap(log: MessageLog, changed: Partial<Pick<MessageLog, 'append' | 'read' | 'head'>>): MessageLog {
	return {
		append: (entries) => log.append(entries),
		read: (room, from, to) => log.read(room, from, to),
		head: (room) => log.head(room),
		view: (room) => log.view(room),
		trim: () => log.trim(),
		get writable() {
			return log.writable;
		},
		sizes: () => log.sizes(),
		close: () => log.close(),
		...changed,
	};
}
