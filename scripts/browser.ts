/** The Chromium that browser tests drive: the system's, or Playwright's own. */
import { chromium as playwright } from '@playwright/test';
import type { Tool } from './tools.ts';

export const chromium: Tool = {
	name: 'Chromium',
	variable: 'CHROMIUM_PATH',
	commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
	places: [
		'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
		'/Applications/Chromium.app/Contents/MacOS/Chromium',
		playwright.executablePath(),
	],
	package: 'chromium',
	install() {
		Bun.spawnSync(['bun', 'x', 'playwright', 'install', 'chromium'], { stdout: 'inherit', stderr: 'inherit' });
	},
};
