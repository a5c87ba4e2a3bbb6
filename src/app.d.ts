import type { User } from './lib/protocol/frames.ts';
import type { Realtime } from './lib/server/realtime.ts';

declare global {
	namespace App {
		interface Locals {
			/** The realtime server that runs in this process. */
			realtime: Realtime;
			/** The person who asks; null for a request that carries no identity, which page views are given one. */
			user: User | null;
		}
	}
}
