/** Settings: their defaults are the documented ones, and a wrong value is named. */
import { describe, expect, it } from 'bun:test';
import { readOptions } from '../../../src/lib/server/options.ts';

describe('settings', () => {
	it('without any the defaults hold', () => {
		expect(readOptions({})).toMatchObject({
			listen: { port: 3001, host: '0.0.0.0' },
			dataDir: './data',
			logs: { level: 'info', dir: './logs', fileBytes: 10_485_760, files: 5 },
			heartbeat: { intervalMs: 30_000, timeoutMs: 10_000, missed: 3 },
			connections: { max: 1_000, perAddress: 100, perUser: 20, timeoutMs: 30_000 },
			presence: { graceMs: 30_000, idleMs: 300_000 },
			messages: { perSecond: 20, burst: 100 },
			userMessages: { perSecond: 60, burst: 300 },
			roomMessages: { perSecond: 2_000, burst: 5_000 },
			requests: { perSecond: 50, burst: 500 },
			retention: { messages: 100_000, days: 365 },
			origins: { own: undefined, allowed: [] },
			trustedProxies: [],
			inFlight: 64,
			alerts: {
				webhookUrl: undefined,
				thresholds: { connectionsPercent: 80, memoryPercent: 85, responseMs: 1_000, commitMs: 500 },
			},
		});
	});

	it('an empty variable is an unset one, others of the environment are left alone', () => {
		expect(readOptions({ PORT: '', HOME: '/root', PATH: 'x' }).listen.port).toBe(3001);
	});

	it('LOG_DIR=none -> no folder', () => {
		expect(readOptions({ LOG_DIR: 'none' }).logs.dir).toBe(null);
	});

	it('lists are split and trimmed', () => {
		const { origins, trustedProxies } = readOptions({
			ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080,',
			TRUSTED_PROXIES: '10.0.0.0/8, ::1 ,fd00::/8',
		});
		expect(origins.allowed).toEqual(['https://a.example', 'http://b.example:8080']);
		expect(trustedProxies).toEqual(['10.0.0.0/8', '::1', 'fd00::/8']);
	});

	it.each([
		['PORT', '65536'],
		['PORT', '-1'],
		['PORT', '80.5'],
		['PORT', '0x50'],
		['MAX_CONNECTIONS', 'many'],
		['MAX_CONNECTIONS', '9007199254740993'],
		['HEARTBEAT_INTERVAL_MS', '99'],
		['HEARTBEAT_MISSED', '0'],
		['PRESENCE_GRACE_MS', '999'],
		['LOG_LEVEL', 'loud'],
		['LOG_FILE_BYTES', '65535'],
		['LOG_FILES', '101'],
		['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
		['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://collector'],
		['OTEL_TRACES_SAMPLER_ARG', '1.5'],
		['ORIGIN', 'https://chat.example/'],
		['ORIGIN', 'chat.example'],
		['ALLOWED_ORIGINS', '*'],
		['TRUSTED_PROXIES', '10.0.0.0/33'],
		['TRUSTED_PROXIES', '10.0.0.0/'],
		['TRUSTED_PROXIES', '::/129'],
		['TRUSTED_PROXIES', 'localhost'],
		['IDENTITY_SECRET', 'short'],
		['ALERT_MEMORY_PERCENT', '101'],
		['ALERT_RESPONSE_MS', '1s'],
		['ALERT_LOG_FAILING_SECONDS', '61'],
		['ALERT_WEBHOOK_URL', 'hooks.example.com/in'],
		['ALERT_WEBHOOK_URL', 'ftp://hooks.example.com/in'],
		['ADMIN_TOKEN', 'fifteen-letters'],
		['ADMIN_TOKEN', 'a token with blanks'],
	])('%s=%s stops the start and is named', (name, value) => {
		expect(() => readOptions({ [name]: value })).toThrow(new RegExp(`wrong settings, the server does not start:\n  ${name}: `));
	});

	it.each(['IDENTITY_SECRET', 'ALERT_WEBHOOK_URL'])('%s is a secret: not even a wrong one is printed', (name) => {
		expect(() => readOptions({ [name]: 'hush' })).toThrow('something else');
		expect(() => readOptions({ [name]: 'hush' })).not.toThrow('hush');
	});

	it('all that are wrong are named at once', () => {
		const start = () => readOptions({ PORT: 'x', HOST: 'fine', RETENTION_DAYS: 'y', LOG_LEVEL: 'z' });
		for (const name of ['PORT', 'RETENTION_DAYS', 'LOG_LEVEL']) expect(start).toThrow(`  ${name}: `);
		expect(start).not.toThrow('HOST');
	});

	it.each(['IDENTITY_SECRET', 'ADMIN_TOKEN'])('a wrong %s is not printed', (name) => {
		expect(() => readOptions({ [name]: 'swordfish' })).toThrow(`  ${name}: `);
		expect(() => readOptions({ [name]: 'swordfish' })).not.toThrow('swordfish');
	});
});
