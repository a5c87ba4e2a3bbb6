/** What tests of the operator's addresses share: a server, and who asks it with the token or without. */
import { FakeClock } from '../support/fake-clock.ts';
import { type InProcess, type InProcessOptions, startInProcess } from '../support/in-process.ts';

export const token = 'correct-horse-battery';
export const withToken = { authorization: `Bearer ${token}` };

export type OperatedOptions = Omit<InProcessOptions, 'clock'>;

export interface Operated extends InProcess {
	clock: FakeClock;
	/** Asks an address below `/api/websocket/`, or another one that begins with `/`. */
	ask(path: string, init?: RequestInit): Promise<Response>;
}

/** A server with a token, as in production unless told. */
export async function startOperated({ env = {}, ...options }: OperatedOptions = {}): Promise<Operated> {
	const clock = new FakeClock();
	const server = await startInProcess({ ...options, clock, env: { ADMIN_TOKEN: token, TRUSTED_PROXIES: '127.0.0.1', ...env } });
	const ask = (path: string, init?: RequestInit) =>
		fetch(server.url + (path.startsWith('/') ? path : `/api/websocket/${path}`), init);
	return { ...server, clock, ask };
}
