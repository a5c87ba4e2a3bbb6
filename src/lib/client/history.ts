/** Requests for older messages. Answers name only the room, and come in order: the first request of a room gets the first answer. */
import type { Cancel } from '../clock.ts';
import type { ClientFrame, History } from '../protocol/frames.ts';
import { type Deferred, deferred } from './deferred.ts';
import { RealtimeError } from './errors.ts';
import type { Options } from './options.ts';

type Page = Pick<History, 'messages' | 'more'>;

type Frame = Extract<ClientFrame, { type: 'history' }>;

interface Request extends Deferred<Page> {
	frame: Frame;
	cancel: Cancel;
}

export function createHistory({ clock, historyTimeout }: Options) {
	let waiting: Request[] = [];

	/** Takes out the request that waits longest, of this room or of all: its answer has come. */
	function take(room?: string): Request | undefined {
		const request = waiting.find((each) => room === undefined || each.frame.room === room);
		waiting = waiting.filter((each) => each !== request);
		request?.cancel();
		return request;
	}

	return {
		take,
		/** Call it when the request is sent. */
		add(frame: Frame): Promise<Page> {
			const answer = deferred<Page>();
			// It stays in its place when the time is up: the late answer is its own, not the next one's.
			const late = () => answer.reject(new RealtimeError('timeout', 'the server did not answer in time'));
			waiting.push({ ...answer, frame, cancel: clock.setTimeout(late, historyTimeout) });
			return answer.promise;
		},
		/** What has no answer yet, in the order it was asked: to be asked again when the answers may be lost. */
		frames: (): Frame[] => waiting.map(({ frame }) => frame),
		/** No answer will come any more. */
		fail(error: RealtimeError) {
			for (let each = take(); each; each = take()) each.reject(error);
		},
	};
}
