/** Finds the Chromium that browser tests drive, and installs one where there is none. */
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const system = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const places = [
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The path of a browser: `CHROMIUM_PATH`, one of the system's, Playwright's own. */
function findBrowser(): string | undefined {
	const named = process.env.CHROMIUM_PATH;
	if (named && !existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`);
	return (
		named ??
		system.map((name) => Bun.which(name)).find((path) => path !== null) ??
		[...places, chromium.executablePath()].find(existsSync)
	);
}

/** @throws Error when there is none and none can be installed: browser tests are never skipped */
export function browser(): string {
	const found = findBrowser();
	if (found) return found;
	console.log('No browser found: installing one for the tests.');
	const own = Bun.spawnSync(['bun', 'x', 'playwright', 'install', 'chromium'], { stdout: 'inherit', stderr: 'inherit' });
	if (!own.success && process.getuid?.() === 0 && Bun.which('apt-get')) {
		console.log("Playwright's own could not be downloaded: installing the distribution's.");
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		Bun.spawnSync(['apt-get', 'update', '-qq'], { env, stderr: 'inherit' });
		Bun.spawnSync(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env, stderr: 'inherit' });
	}
	const installed = findBrowser();
	if (!installed) throw new Error('the tests need a Chromium: install one, or name it with CHROMIUM_PATH');
	return installed;
}
