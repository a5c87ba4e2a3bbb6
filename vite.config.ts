import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';

/** Compiles the texts, at the start and in development whenever one changes. In a process of its own: see `scripts/words.ts`. */
function words(): Plugin {
	let args: string[] = [];
	const compile = () => {
		const { success, stderr } = Bun.spawnSync(['bun', 'scripts/words.ts', ...args], { stdout: 'inherit', stderr: 'pipe' });
		if (!success) throw new Error(`the texts of messages/ do not compile: ${stderr}`);
	};
	return {
		name: 'words',
		configResolved({ command }) {
			args = command === 'build' ? ['--build'] : [];
		},
		buildStart: compile,
		configureServer({ watcher, config }) {
			watcher.add('messages');
			watcher.on('change', (path) => {
				if (!/[\\/]messages[\\/].+\.json$/.test(path)) return;
				try {
					compile();
				} catch (error) {
					config.logger.error(String(error));
				}
			});
		},
	};
}

export default defineConfig({ plugins: [words(), tailwindcss(), sveltekit()] });
