/** Who this client is: as the server last said, renewed where the page knows how. */
import type { User, Welcome } from '../protocol/frames.ts';
import type { Options } from './options.ts';

/**
 * @param emit tells that it is the same person by another name, here or elsewhere
 * @param send sends a token on the present connection
 */
export function createSelf(options: Options, emit: (event: 'user', user: User) => void, send: (token: string) => void) {
	let user: User | null = null;
	let renewed = false;
	let stop = () => {};
	return {
		get user() {
			return user;
		},
		async renew() {
			await options.renew();
			renewed = true;
		},
		/** True where the identity was renewed from here since the last welcome: whoever it is now, the same person sits in front of the page. */
		welcomed(frame: Welcome): boolean {
			user = frame.user;
			stop();
			stop = options.authenticate(send);
			const wasRenewed = renewed;
			renewed = false;
			return wasRenewed;
		},
		renamed(now: User) {
			user = now;
			emit('user', now);
		},
		/** The connection is gone. */
		left: () => stop(),
	};
}
