/** The app as it is built, after an hour that went by script. From then on a second passes with each SIGUSR2. */
import { resolve } from 'node:path';
import { FakeClock } from './fake-clock.ts';
import { startInProcess } from './in-process.ts';
import { liveScriptedHour, scriptedHourEnv } from './scripted-hour.ts';

const { getHandler } = await import(resolve(import.meta.dir, '../../build/handler.js'));
const { PORT = '0', DATA_DIR: dataDir = '' } = process.env;
const clock = new FakeClock();
// A browser throws away cookies that it takes for old.
clock.sleep(Date.now() - clock.wall());
const server = await startInProcess({
	clock,
	dataDir,
	development: true,
	env: { ...scriptedHourEnv, PORT },
	pages: getHandler().fetch,
});
await liveScriptedHour(server, clock);
process.on('SIGUSR2', () => clock.advance(1_000));
console.log(`Holdfast listens on ${server.url}`);
