/** The rows, in the order in which they run and are printed. */
import { clientSize } from './client-size.ts';
import { connecting } from './connecting.ts';
import { durablePublish } from './durable-publish.ts';
import { fanOut } from './fan-out.ts';
import { httpFallback } from './http-fallback.ts';
import { idleMemory } from './idle-memory.ts';
import { kill9 } from './kill-9.ts';
import { pageSize } from './page-size.ts';
import { roomsOf4 } from './rooms-of-4.ts';
import type { Row } from './row.ts';
import { startUp } from './start.ts';

export const rows: readonly Row[] = [
	fanOut,
	roomsOf4,
	httpFallback,
	durablePublish,
	idleMemory,
	connecting,
	kill9,
	startUp,
	clientSize,
	pageSize,
];
