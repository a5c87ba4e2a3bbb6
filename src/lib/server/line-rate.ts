/** How often one sort of line may come into the log: what floods the server must not flood the disk, or rotate away what came before. */
import type { Clock } from '../clock.ts';
import type { Report } from './errors.ts';
import type { Logger } from './logging.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

/** Failures of our own, of each place that they come out of. */
const FAILURES: Rate = { perSecond: 1, burst: 20 };

export class LineRate {
	readonly #clock: Pick<Clock, 'now'>;
	readonly #bucket: TokenBucket;
	#untold = 0;

	constructor(rate: Rate, clock: Pick<Clock, 'now'>) {
		this.#clock = clock;
		this.#bucket = new TokenBucket(rate, clock.now());
	}

	/** How many there were since the last line that have none of their own, or null where this one is to be one of them. */
	take(): number | null {
		if (this.#bucket.take(this.#clock.now()) > 0) {
			this.#untold += 1;
			return null;
		}
		const untold = this.#untold;
		this.#untold = 0;
		return untold;
	}
}

/** Logs failures of our own. A disk that is full fails with each commit, as often as all clients try again. */
export function createFailureLogger(logger: Logger, clock: Pick<Clock, 'now'>): Report {
	const rates = new Map<string, LineRate>();
	function turn(where: string): number | null {
		try {
			const rate = rates.get(where) ?? new LineRate(FAILURES, clock);
			rates.set(where, rate);
			return rate.take();
		} catch {
			return 0; // the clock itself may be what failed: whoever reports must not suffer from it
		}
	}
	return (where, error) => {
		const untold = turn(where);
		if (untold !== null) logger.error('unexpected error in {where}: {error}', { where, error, untold: untold || undefined });
	};
}
