/** Finds the programs that tests drive, and installs those that are missing: a missing one is a failure, never a skipped test. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';

export interface Tool {
	name: string;
	/** The environment variable that names its path. */
	variable: string;
	/** What it is called on `PATH`. */
	commands: string[];
	/** Where else it may be. */
	places: string[];
	/** Of the distribution (Debian, Ubuntu). */
	package: string;
	/** Tried before the distribution's package. */
	install?: () => void;
}

/** Where Debian keeps servers; only root has it on `PATH`. */
const sbin = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
const server = (name: string, variable: string): Tool => ({
	name,
	variable,
	commands: [name],
	places: sbin.map((folder) => `${folder}/${name}`),
	package: name,
});
export const nginx = server('nginx', 'NGINX_PATH');
export const haproxy = server('haproxy', 'HAPROXY_PATH');

function search({ variable, commands, places }: Tool): string | undefined {
	const named = process.env[variable];
	if (named && !existsSync(named)) throw new Error(`${variable} names ${named}, which does not exist`);
	return named || (commands.map((name) => Bun.which(name)).find((path) => path !== null) ?? places.find(existsSync));
}

/** Its path. @throws Error when there is none */
export function find(tool: Tool): string {
	const found = search(tool);
	if (!found) throw new Error(`the tests need ${tool.name}: install it, or name it with ${tool.variable}`);
	return found;
}

/** Its path, after installing it where there is none. @throws Error when it can not be installed */
export function provide(tool: Tool): string {
	if (!search(tool)) {
		console.log(`No ${tool.name} found: installing it for the tests.`);
		tool.install?.();
		if (!search(tool) && process.getuid?.() === 0 && Bun.which('apt-get')) installPackage(tool.package);
	}
	return find(tool);
}

/** While this file is there, Debian starts no service that it installs. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Only the program is wanted: no service listens afterwards, nor after the next boot. */
function installPackage(name: string) {
	const run = (command: string[]) =>
		Bun.spawnSync(command, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stderr: 'inherit' });
	const own = !existsSync(POLICY);
	if (own) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
	try {
		run(['apt-get', 'update', '-qq']);
		run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', name]);
	} finally {
		if (own) rmSync(POLICY);
	}
	const service = `/lib/systemd/system/${name}.service`;
	if (existsSync(service) && Bun.which('systemctl')) run(['systemctl', 'disable', '--quiet', name]);
}
