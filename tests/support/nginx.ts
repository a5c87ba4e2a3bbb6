/** A real nginx on `docs/operations/nginx.conf`, and the mistakes that people make in it. */
import { find, nginx } from '../../scripts/tools.ts';
import { type Program, type ReverseProxyOptions, startReverseProxy } from './reverse-proxy.ts';

const program: Program = {
	file: 'nginx.conf',
	command: (settings) => [find(nginx), '-c', settings, '-g', 'daemon off;'],
	place: (folder, port, upstreamPort) => ({
		// Without root there is no user to change to, and with it our folder is root's alone.
		user: process.getuid?.() === 0 ? 'user root;' : null,
		workers: 'worker_processes 1;',
		pid: `pid ${folder}/nginx.pid;`,
		'error-log': 'error_log stderr notice;',
		'access-log': ['access_log off;', ...temporary.map((what) => `${what}_temp_path ${folder}/${what};`)].join('\n'),
		upstream: `server 127.0.0.1:${upstreamPort};`,
		listen: `listen 127.0.0.1:${port};`,
	}),
	started: (_, printed) => printed.includes('start worker process '),
	reload: 'SIGHUP',
	reloaded: /gracefully shutting down/,
};
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

export const startNginx = (options: ReverseProxyOptions) => startReverseProxy(program, options);

/** The settings of most tutorials: nothing tells nginx to pass an upgrade on. */
export const nginxWithoutUpgrade = { upgrade: null, connection: null };
/** Answers are collected, whatever the server says of that: by compression, which waits until it has enough to compress. */
export const nginxBuffering = {
	buffering: 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;',
	compression: 'gzip on; gzip_proxied any; gzip_types text/event-stream;',
};
export const nginxTimeout = (seconds: number) => ({ 'read-timeout': `proxy_read_timeout ${seconds}s;` });
export const nginxShutdown = (seconds: number) => ({ 'shutdown-timeout': `worker_shutdown_timeout ${seconds}s;` });
