/** The supervisor: the real server is killed, frozen, stopped and started again at the same port, and leaves no orphan. */
import { afterEach, expect, it } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ServerProcess, startServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const entry = resolve(import.meta.dir, '../../support/realtime-server.ts');
const stops: (() => void | Promise<void>)[] = [];
afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(): Promise<ServerProcess> {
	const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-server-'));
	stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
	const server = await startServer({ dataDir, entry });
	stops.push(() => server.close());
	return server;
}
const answers = (url: string) =>
	fetch(`${url}/readyz`, { signal: AbortSignal.timeout(500) }).then(
		({ ok }) => ok,
		() => false,
	);

it('start -> kill -9 -> restart at the same port, as another process', async () => {
	const server = await start();
	const { url, port, pid } = server;
	expect(await answers(url)).toBe(true);
	expect(await server.memory()).toBeGreaterThan(1_000_000);
	await server.kill9();
	expect([server.running, await answers(url), await server.memory()]).toEqual([false, false, 0]);
	await server.restart();
	expect([server.url, server.port, server.running]).toEqual([url, port, true]);
	expect(server.pid).not.toBe(pid);
	expect(await answers(url)).toBe(true);
});

it('SIGTERM: it leaves by itself; restart without a kill first replaces the process', async () => {
	const server = await start();
	await server.restart();
	await server.stop();
	expect(server.running).toBe(false);
	await server.restart();
	expect(await answers(server.url)).toBe(true);
});

it('frozen, it takes connections and answers nothing; thawed, it goes on', async () => {
	const server = await start();
	server.sigstop();
	await until(async () => (await Bun.file(`/proc/${server.pid}/stat`).text()).split(' ')[2] === 'T');
	expect(await answers(server.url)).toBe(false);
	server.sigcont();
	await server.ready();
	await server.close();
	await server.close();
});

it('a server that does not start tells what it printed', async () => {
	const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-server-'));
	stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
	await expect(startServer({ dataDir, entry, env: { MAX_CONNECTIONS: 'many' } })).rejects.toThrow('MAX_CONNECTIONS');
});

it('the server dies with the process that started it, even when that one is killed', async () => {
	const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-server-'));
	stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
	const support = resolve(import.meta.dir, '../../support/server.ts');
	const code = `import { startServer } from ${JSON.stringify(support)};
		const server = await startServer({ dataDir: ${JSON.stringify(dataDir)}, entry: ${JSON.stringify(entry)} });
		console.log(server.url);
		setInterval(() => {}, 1000);`;
	const parent = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe' });
	stops.push(() => parent.kill('SIGKILL'));
	const url = new TextDecoder().decode((await parent.stdout.getReader().read()).value).trim();
	expect(await answers(url)).toBe(true);
	parent.kill('SIGKILL');
	await until(async () => !(await answers(url)));
});
