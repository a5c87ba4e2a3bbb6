import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import adapter from 'svelte-adapter-bun';

const developing = process.env.NODE_ENV === 'development';

/**
 * What a page may load, and from where: nothing but what is ours, and no script or style that stands in the page itself, Kit's own one
 * aside, which has a nonce. The server adds the address of its WebSocket (`src/lib/server/http/headers.ts`).
 * @type {import('@sveltejs/kit').KitConfig['csp']}
 */
const csp = {
	mode: 'auto',
	directives: {
		'default-src': ['none'],
		'script-src': ['self'],
		'style-src': ['self'],
		// The one attribute that is let through, by its content: of the element with which Kit tells screen readers of a new page.
		'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
		'img-src': ['self', 'data:'],
		'font-src': ['self'],
		// Hot reload has a port of its own.
		'connect-src': developing ? ['self', 'ws:', 'wss:'] : ['self'],
		'manifest-src': ['self'],
		'worker-src': ['self'],
		'base-uri': ['none'],
		'frame-ancestors': ['none'],
		'form-action': ['self'],
	},
};

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter(),
		csp,
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
