/**
 * Every test, with everything it needs: unit, contract, integration and torture on `bun test`, then real browsers against the built app.
 * `bun run test unit` (or contract, integration, torture, browser) runs one kind.
 */
import { chromium } from './browser.ts';
import { haproxy, nginx, provide } from './tools.ts';

interface Counts {
	passed: number;
	failed: number;
}

const kinds = ['unit', 'contract', 'integration', 'torture', 'browser'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((kind) => !kinds.includes(kind));
if (unknown.length > 0) throw new Error(`no tests are called ${unknown.join(', ')}: expected ${kinds.join(', ')}`);
const chosen = wanted.length > 0 ? wanted : kinds;

// Before the first test, so that a tool that can not be had is told at once.
const needed = [
	...(chosen.includes('integration') || chosen.includes('browser') ? [nginx, haproxy] : []),
	...(chosen.includes('browser') ? [chromium] : []),
];
const paths = Object.fromEntries(needed.map((tool) => [tool.variable, provide(tool)]));
const total: Counts = { passed: 0, failed: 0 };
// Two at a time: the second kind of tests mostly waits, for clocks and processes.
await Promise.all(
	[
		['unit', 'contract'],
		['integration', 'torture'],
	].map(async (kinds) => {
		const folders = kinds.filter((kind) => chosen.includes(kind)).map((kind) => `./tests/${kind}`);
		if (folders.length > 0) add(await run(['bun', 'test', ...folders], /^\s*(\d+) pass$/m, /^\s*(\d+) fail$/m));
	}),
);
if (chosen.includes('browser')) {
	const built = Bun.spawnSync(['bun', '--bun', 'vite', 'build', '--logLevel', 'error'], { stdout: 'inherit', stderr: 'inherit' });
	if (!built.success) throw new Error('the app does not build');
	const playwright = ['bun', '--bun', 'playwright', 'test', '--config', 'tests/browser/playwright.config.ts'];
	add(await run(playwright, /^\s*(\d+) passed/m, /^\s*(\d+) (?:failed|interrupted|did not run)/m));
}
// The closing line that says it all, for people and for machines.
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function add({ passed, failed }: Counts) {
	total.passed += passed;
	total.failed += failed;
}

/** Runs a test command, shows what it prints, and reads its counts. A command that fails without a count has failed once. */
async function run(command: string[], pass: RegExp, fail: RegExp): Promise<Counts> {
	const child = Bun.spawn(command, { env: { ...process.env, ...paths }, stdout: 'pipe', stderr: 'pipe' });
	const printed = await Promise.all([echo(child.stdout, Bun.stdout), echo(child.stderr, Bun.stderr)]);
	const text = printed.join('\n');
	const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
	const counts = { passed: count(pass), failed: count(fail) };
	if ((await child.exited) !== 0 && counts.failed === 0) counts.failed = 1;
	return counts;
}

async function echo(from: ReadableStream<Uint8Array>, to: Bun.BunFile): Promise<string> {
	let text = '';
	const writer = to.writer();
	const decoder = new TextDecoder();
	const reader = from.getReader();
	for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
		writer.write(chunk.value);
		await writer.flush();
		text += decoder.decode(chunk.value, { stream: true });
	}
	return text;
}
