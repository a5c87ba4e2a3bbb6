/** The client's public face. */
export { type Backoff, type BackoffOptions, exponentialBackoff } from './backoff.ts';
export { ConnectionManager, type ConnectionManagerOptions } from './connection-manager.ts';
export { createClient } from './create.ts';
export { RealtimeError, type RealtimeErrorClass, type RealtimeErrorCode } from './errors.ts';
export type { TimelineEntry } from './flight-recorder.ts';
export { createIndexedDbOutboxStore } from './indexed-db-store.ts';
export type { ClientOptions, Logger } from './options.ts';
export { createMemoryOutboxStore, type OutboxRecord, type OutboxStore, type OutboxWatcher } from './outbox-store.ts';
export type { Policy, PolicyChanges } from './policies.ts';
export { type TokenSource, withToken } from './token.ts';
export type {
	Client,
	ClientEvents,
	ClientStats,
	ConnectionSnapshot,
	ConnectionState,
	Diagnosis,
	Drop,
	ErrorRecord,
	OutboxItem,
	PresenceChange,
	Quality,
	Receipt,
	RoomHandlers,
	Sent,
	Subscription,
} from './types.ts';
export type { Verdict } from './verdicts.ts';
