/** Browser tests drive the browser that the test command found, against servers that the tests start and kill themselves. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
	testDir: '.',
	testMatch: '*.e2e.ts',
	timeout: 60_000,
	// Most of a test is waiting; each starts its own servers on ports of their own.
	workers: 2,
	forbidOnly: true,
	outputDir: '../../test-results',
	reporter: 'list',
	use: {
		// Requests that a worker answers are out of the reach of a test's routes: those that are about the worker allow it.
		serviceWorkers: 'block',
		launchOptions: { executablePath: process.env.CHROMIUM_PATH, args: ['--no-sandbox'] },
		trace: 'retain-on-failure',
		screenshot: 'only-on-failure',
	},
});
