import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import adapter from 'svelte-adapter-bun';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter(),
		// Addresses from the root: the page that stands in offline is shown under the address of any other.
		paths: { relative: false },
		// The page registers it once it has loaded, and not in development.
		serviceWorker: { register: false },
		// Kit's spans go nowhere unless `server.ts` was told of a collector: see docs/DEBUGGING.md.
		experimental: { tracing: { server: true } },
		// Behind a proxy Kit does not know its own origin; the API checks `Origin` itself (see admission.ts), and no page posts a form.
		csrf: { trustedOrigins: ['*'] },
	},
};
