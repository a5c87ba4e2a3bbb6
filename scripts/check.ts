/** One word for everything that must hold: format, lint, types, unused code, tests. All of it runs; any failure fails. */
const steps: [name: string, command: string[]][] = [
	['format and lint', ['bun', 'biome', 'check', '--error-on-warnings']],
	['types', ['bun', 'svelte-check', '--fail-on-warnings']],
	['unused code', ['bun', 'knip']],
	['tests', ['bun', 'scripts/test.ts']],
];

const failed = steps.filter(([name, command]) => {
	console.log(`\n— ${name}: ${command.join(' ')}`);
	return !Bun.spawnSync(command, { stdout: 'inherit', stderr: 'inherit' }).success;
});
console.log(failed.length === 0 ? '\nAll checks hold.' : `\nFailed: ${failed.map(([name]) => name).join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
