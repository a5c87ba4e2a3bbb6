/** T-80: what the server tells of an hour is what happened in it, to the last message and close, at every endpoint. */
import { afterAll, beforeAll, describe, expect, it } from 'bun:test';
import * as v from 'valibot';
import { metrics } from '../../src/lib/protocol/status.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, startInProcess } from '../support/in-process.ts';
import { liveScriptedHour, scriptedHour, scriptedHourEnv } from '../support/scripted-hour.ts';

const clock = new FakeClock();
let server: InProcess;
beforeAll(async () => {
	server = await startInProcess({ clock, development: true, env: scriptedHourEnv });
	await liveScriptedHour(server, clock);
}, 60_000);
afterAll(() => server.close());

/** What lies at a dot path. */
const at = (value: unknown, path: string): unknown =>
	path.split('.').reduce<unknown>((each, key) => (each && typeof each === 'object' ? Reflect.get(each, key) : undefined), value);

describe('T-80 an hour by script', () => {
	it.each(Object.keys(scriptedHour))('%s is what the script did', (path) => {
		expect(at(v.parse(metrics, server.realtime.metrics()), path)).toEqual(scriptedHour[path]);
	});
});
