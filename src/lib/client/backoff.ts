/** How long to wait before an attempt: a strategy is a function, so that an app can bring its own. */

/** Milliseconds before reconnect attempt number `attempt` (from 1). `random` is uniform in [0, 1). */
export type Backoff = (attempt: number, random: () => number) => number;

export interface BackoffOptions {
	/** Milliseconds before the first attempt. */
	reconnectInterval: number;
	/** The factor between one attempt and the next. */
	reconnectDecay: number;
	/** The longest pause, in milliseconds. */
	maxReconnectInterval: number;
	/** Each pause varies by this share in both directions, so that clients which fell together do not rise together. */
	jitter: number;
}

export function exponentialBackoff(options: BackoffOptions): Backoff {
	const { reconnectInterval, reconnectDecay, maxReconnectInterval, jitter } = options;
	return (attempt, random) => {
		const pause = Math.min(maxReconnectInterval, reconnectInterval * reconnectDecay ** (attempt - 1));
		return pause * (1 + jitter * (2 * random() - 1));
	};
}
