/** Requests for older messages. Answers name only the room, and come in order: the first request of a room gets the first answer. */
import type { Cancel, Clock } from '../clock.ts';
import type { History } from '../protocol/frames.ts';
import { type Deferred, deferred } from './deferred.ts';
import { RealtimeError } from './errors.ts';

type Page = Pick<History, 'messages' | 'more'>;

interface Request {
	room: string;
	answer: Deferred<Page>;
	cancel: Cancel;
}

export class HistoryRequests {
	#waiting: Request[] = [];
	readonly #clock: Clock;
	readonly #timeoutMs: number;

	constructor(clock: Clock, timeoutMs: number) {
		this.#clock = clock;
		this.#timeoutMs = timeoutMs;
	}

	/** Call it when the request is sent. */
	add(room: string): Promise<Page> {
		const answer = deferred<Page>();
		// It stays in its place when the time is up: the late answer is its own, not the next one's.
		const cancel = this.#clock.setTimeout(
			() => answer.reject(new RealtimeError('timeout', 'the server did not answer in time')),
			this.#timeoutMs,
		);
		this.#waiting.push({ room, answer, cancel });
		return answer.promise;
	}

	receive({ room, messages, more }: History): void {
		this.#take((request) => request.room === room)?.answer.resolve({ messages, more });
	}

	/** The oldest request was refused. False when there is none. */
	refused(error: RealtimeError): boolean {
		const request = this.#take(() => true);
		request?.answer.reject(error);
		return request !== undefined;
	}

	/** No answer will come any more. */
	fail(error: RealtimeError): void {
		while (this.refused(error));
	}

	#take(matches: (request: Request) => boolean): Request | undefined {
		const index = this.#waiting.findIndex(matches);
		const request = index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
		request?.cancel();
		return request;
	}
}
