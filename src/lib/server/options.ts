/** Every setting of the server: read once from the environment, validated, each with its default and unit. A wrong one stops the start. */
import { isIP } from 'node:net';
import * as v from 'valibot';
import { IN_FLIGHT } from '../protocol/limits.ts';
import { alertSettings, readAlertOptions } from './alert-options.ts';
import { identitySettings, readIdentityOptions } from './identity/options.ts';
import { list, whole } from './setting.ts';

const origin = v.pipe(
	v.string(),
	v.check(
		(text) => URL.canParse(text) && new URL(text).origin === text,
		'expected an origin such as https://chat.example.com, without a path',
	),
);
const origins = v.pipe(list, v.array(origin));

const ranges = v.pipe(list, v.array(v.pipe(v.string(), v.check(isRange, 'expected addresses or ranges such as 10.0.0.0/8'))));

/** Whether a text is an address, or one with the length of its prefix. */
function isRange(text: string): boolean {
	const [address = '', prefix] = text.split('/');
	const bits = isIP(address) === 6 ? 128 : 32;
	return isIP(address) > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}

const environment = v.object({
	PORT: whole(3001, 0, 65_535),
	HOST: v.optional(v.pipe(v.string(), v.minLength(1)), '0.0.0.0'),
	DATA_DIR: v.optional(v.pipe(v.string(), v.minLength(1)), './data'),
	LOG_LEVEL: v.optional(v.picklist(['debug', 'info', 'warning', 'error']), 'info'),
	LOG_DIR: v.optional(v.pipe(v.string(), v.minLength(1)), './logs'),
	LOG_FILE_BYTES: whole(10_485_760, 65_536),
	LOG_FILES: whole(5, 0, 100),
	OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(
		v.pipe(v.string(), v.url('expected a URL such as http://localhost:4318'), v.regex(/^https?:/, 'expected http or https')),
	),
	OTEL_TRACES_SAMPLER_ARG: v.optional(
		v.pipe(v.string(), v.regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'expected 0 to 1'), v.transform(Number)),
		'1',
	),
	ORIGIN: v.optional(origin),
	ALLOWED_ORIGINS: origins,
	TRUSTED_PROXIES: ranges,
	...identitySettings,
	ADMIN_TOKEN: v.optional(
		v.pipe(
			v.string(),
			v.minLength(16, 'expected 16 characters or more, such as `openssl rand -hex 16` prints'),
			v.regex(/^[\x21-\x7e]+$/, 'expected letters, digits and signs of ASCII, without blanks'),
		),
	),
	HEARTBEAT_INTERVAL_MS: whole(30_000, 100),
	HEARTBEAT_TIMEOUT_MS: whole(10_000, 100),
	HEARTBEAT_MISSED: whole(3, 1),
	MAX_CONNECTIONS: whole(1_000),
	MAX_CONNECTIONS_PER_ADDRESS: whole(100),
	MAX_CONNECTIONS_PER_USER: whole(20),
	CONNECTION_TIMEOUT_MS: whole(30_000, 0),
	PRESENCE_GRACE_MS: whole(30_000, 1_000),
	IDLE_TIMEOUT_MS: whole(300_000),
	RATE_LIMIT_MESSAGES_PER_SECOND: whole(20),
	RATE_LIMIT_BURST: whole(100, 1),
	RATE_LIMIT_USER_MESSAGES_PER_SECOND: whole(60),
	RATE_LIMIT_USER_MESSAGES_BURST: whole(300, 1),
	RATE_LIMIT_ROOM_MESSAGES_PER_SECOND: whole(2_000),
	RATE_LIMIT_ROOM_MESSAGES_BURST: whole(5_000, 1),
	RATE_LIMIT_REQUESTS_PER_SECOND: whole(50),
	RATE_LIMIT_REQUESTS_BURST: whole(500, 1),
	RETENTION_MESSAGES: whole(100_000),
	RETENTION_DAYS: whole(365),
	RECONNECTS_PER_SECOND: whole(2_000, 1),
	...alertSettings,
});

/** Not even a wrong one belongs into a log. */
const secret = /SECRET$|TOKEN$|WEBHOOK_URL$/;

export type Options = ReturnType<typeof readOptions>;

/** The settings by their path, such as `heartbeat.intervalMs`: what a log line holds, which marks the secrets among them by their names. */
export function settingsOf(options: object, path = ''): Record<string, unknown> {
	const all = Object.entries(options).flatMap(([key, value]: [string, unknown]) =>
		typeof value === 'object' && value !== null && !Array.isArray(value)
			? Object.entries(settingsOf(value, `${path}${key}.`))
			: [[`${path}${key}`, value] as const],
	);
	return Object.fromEntries(all);
}

/**
 * The settings, grouped. 0 lifts a limit.
 * @throws Error naming every variable that is wrong, what was expected and what it was
 */
export function readOptions(env: Record<string, string | undefined>) {
	// An empty variable is an unset one: that is how a compose file or a shell leaves it.
	const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in environment.entries && value !== ''));
	const result = v.safeParse(environment, given);
	if (!result.success) {
		const lines = result.issues.map(({ path: [{ key }] = [{ key: '' }], message }) => {
			const name = String(key);
			return `  ${name}: ${message}, got ${secret.test(name) ? 'something else' : JSON.stringify(given[name])}`;
		});
		throw new Error(`wrong settings, the server does not start:\n${lines.join('\n')}`);
	}
	const e = result.output;
	return {
		/** Port (0: any free one) and address to listen on. @default 3001, 0.0.0.0 */
		listen: { port: e.PORT, host: e.HOST },
		/** Folder of the database and the made secret. @default ./data */
		dataDir: e.DATA_DIR,
		/** The least that is logged, where to (null: the standard output alone), the size at which a file is renamed, and how many are kept. @default info, ./logs, 10 MiB, 5 */
		logs: { level: e.LOG_LEVEL, dir: e.LOG_DIR === 'none' ? null : e.LOG_DIR, fileBytes: e.LOG_FILE_BYTES, files: e.LOG_FILES },
		/** Where spans are sent, and the share of traces that is. @default nowhere, 1 */
		tracing: { endpoint: e.OTEL_EXPORTER_OTLP_ENDPOINT, share: e.OTEL_TRACES_SAMPLER_ARG },
		/** Public origin of the app (else what `Host` says), and further ones whose pages may connect. @default none */
		origins: { own: e.ORIGIN, allowed: e.ALLOWED_ORIGINS },
		/** Addresses or CIDR ranges of proxies whose `X-Forwarded-*` counts. @default none */
		trustedProxies: e.TRUSTED_PROXIES,
		...readIdentityOptions(e),
		/** Opens the administration. @default nobody has it */
		admin: { token: e.ADMIN_TOKEN },
		/** A ping every `intervalMs`; unanswered for `timeoutMs` is one missed; after `missed` the connection ends. @default 30000, 10000, 3 */
		heartbeat: { intervalMs: e.HEARTBEAT_INTERVAL_MS, timeoutMs: e.HEARTBEAT_TIMEOUT_MS, missed: e.HEARTBEAT_MISSED },
		/** Connections at once in all, an address, a user; how long a lost client's session waits for its return. @default 1000, 100, 20, 30000 */
		connections: {
			max: e.MAX_CONNECTIONS,
			perAddress: e.MAX_CONNECTIONS_PER_ADDRESS,
			perUser: e.MAX_CONNECTIONS_PER_USER,
			timeoutMs: e.CONNECTION_TIMEOUT_MS,
		},
		/** How long somebody without a connection still counts as in their rooms; after which time without a frame but heartbeats somebody is away. @default 30000, 300000 */
		presence: { graceMs: e.PRESENCE_GRACE_MS, idleMs: e.IDLE_TIMEOUT_MS },
		/** Messages of a client. @default 20 a second, 100 at once */
		messages: { perSecond: e.RATE_LIMIT_MESSAGES_PER_SECOND, burst: e.RATE_LIMIT_BURST },
		/** Messages of a person, over all their clients. @default 60 a second, 300 at once */
		userMessages: { perSecond: e.RATE_LIMIT_USER_MESSAGES_PER_SECOND, burst: e.RATE_LIMIT_USER_MESSAGES_BURST },
		/** Messages and signals in a room, whoever sends them. @default 2000 a second, 5000 at once */
		roomMessages: { perSecond: e.RATE_LIMIT_ROOM_MESSAGES_PER_SECOND, burst: e.RATE_LIMIT_ROOM_MESSAGES_BURST },
		/** Upgrades and API requests of an address. @default 50 a second, 500 at once */
		requests: { perSecond: e.RATE_LIMIT_REQUESTS_PER_SECOND, burst: e.RATE_LIMIT_REQUESTS_BURST },
		/** What a room keeps. @default 100000 messages, 365 days */
		retention: { messages: e.RETENTION_MESSAGES, days: e.RETENTION_DAYS },
		/** Returning clients a second that the host copes with beside its work: sets the `spreadMs` of `welcome`. @default 2000 */
		reconnectsPerSecond: e.RECONNECTS_PER_SECOND,
		/** Where each built-in alert begins, and who is told. */
		alerts: readAlertOptions(e),
		/** Unacknowledged messages of a client. */
		inFlight: IN_FLIGHT,
	};
}
