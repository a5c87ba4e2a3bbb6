/** The real server within the test's own process, on a free port and a folder of its own: for tests that hold its clock or its log. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLogger } from '@logtape/logtape';
import * as v from 'valibot';
import type { Clock } from '../../src/lib/clock.ts';
import { user } from '../../src/lib/protocol/frames.ts';
import { createRealtime, type RealtimeServer } from '../../src/lib/server/create.ts';
import type { MessageLog } from '../../src/lib/server/log/message-log.ts';
import type { Logger } from '../../src/lib/server/logging.ts';
import type { Host } from '../../src/lib/server/monitor/host.ts';
import { readOptions } from '../../src/lib/server/options.ts';
import type { RoomStore } from '../../src/lib/server/private-rooms/room-store.ts';
import { type Pages, serve } from '../../src/lib/server/serve.ts';
import type { Tracer } from '../../src/lib/server/tracing.ts';
import { barePages } from './bare-pages.ts';
import { type PeerOptions, RawPeer } from './raw-peer.ts';

export interface InProcessOptions {
	/** Settings beside those of a test: no rate limits, heartbeats as by default. */
	env?: Record<string, string>;
	/** An earlier server's folder, to start again on what it left. @default a new one, removed at the end */
	dataDir?: string;
	log?: MessageLog;
	rooms?: RoomStore;
	clock?: Clock;
	/** Another process and machine than ours, as the server measures it. */
	host?: Host;
	/** As `bun run dev` starts it. */
	development?: boolean;
	/** What answers beside the API. @default nothing but `/api/identity` */
	pages?: Pages;
	/** Hears what the server logs. @default nobody does, and the test's output stays readable */
	logger?: Logger;
	/** Hears what it does. @default nobody does */
	tracer?: Tracer | undefined;
}

export interface InProcess {
	url: string;
	dataDir: string;
	realtime: RealtimeServer;
	/** The `Cookie` header of somebody of this name: the same person each time it is asked for. */
	cookie(name: string): Promise<string>;
	/** A connection of that person. */
	peer(name: string, options?: PeerOptions): Promise<RawPeer>;
	close(): Promise<void>;
}

const identity = v.object({ user, expiresAt: v.number() });

/** A folder that goes away with the test. */
export function temporaryFolder(): { path: string; remove(): void } {
	const path = mkdtempSync(join(tmpdir(), 'holdfast-'));
	return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Asks a server for an identity: the cookie, and who it names. */
export async function identify(url: string, name: string, headers: Record<string, string> = {}) {
	const response = await fetch(`${url}/api/identity`, { method: 'POST', body: JSON.stringify({ name }), headers });
	if (!response.ok) throw new Error(`no identity: ${response.status} ${await response.text()}`);
	const [cookie = ''] = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
	return { cookie, setCookie: response.headers.get('set-cookie') ?? '', ...v.parse(identity, await response.json()) };
}

/** Cookies of people by name, each asked for once. */
export function cookieJar(url: string): (name: string) => Promise<string> {
	const cookies = new Map<string, Promise<string>>();
	return (name) => {
		const cookie = cookies.get(name) ?? identify(url, name).then((answer) => answer.cookie);
		cookies.set(name, cookie);
		return cookie;
	};
}

export async function startInProcess({
	env = {},
	dataDir,
	log,
	rooms,
	clock,
	host,
	development = false,
	pages,
	// Nobody configured this one: what it is told goes nowhere.
	logger = getLogger(['holdfast-test']),
	tracer,
}: InProcessOptions = {}): Promise<InProcess> {
	const folder = dataDir === undefined ? temporaryFolder() : { path: dataDir, remove: () => {} };
	const unlimited = {
		RATE_LIMIT_MESSAGES_PER_SECOND: '0',
		RATE_LIMIT_USER_MESSAGES_PER_SECOND: '0',
		RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: '0',
		RATE_LIMIT_REQUESTS_PER_SECOND: '0',
		MAX_CONNECTIONS_PER_ADDRESS: '0',
	};
	const options = readOptions({ HOST: '127.0.0.1', PORT: '0', DATA_DIR: folder.path, ...unlimited, ...env });
	const realtime = await createRealtime(options, {
		logger,
		tracer,
		development,
		...(log && { log }),
		...(rooms && { rooms }),
		...(clock && { clock }),
		...(host && { host }),
	});
	const running = serve(realtime, options, pages ?? barePages(realtime), logger);
	const cookie = cookieJar(running.url);
	return {
		url: running.url,
		dataDir: folder.path,
		realtime,
		cookie,
		async peer(name, options = {}) {
			const peer = new RawPeer(running.url, { cookie: await cookie(name), ...options });
			await peer.opened;
			return peer;
		},
		async close() {
			await running.close();
			folder.remove();
		},
	};
}
