/** Gathers what is sent within one tick into as few texts as fit: one frame array a tick instead of a text a frame. */
import type { ClientFrame } from '../protocol/frames.ts';

const encoder = new TextEncoder();

/** Length of a frame on the wire, in bytes of UTF-8. */
export const bytesOf = (frame: ClientFrame): number => encoder.encode(JSON.stringify(frame)).length;

/** @param limit the longest text, in bytes */
export function createBatch(limit: number, send: (text: string) => void) {
	let frames: ClientFrame[] = [];
	let bytes = 0;

	function flush() {
		if (frames.length > 0) send(JSON.stringify(frames.length > 1 ? frames : frames[0]));
		frames = [];
		bytes = 0;
	}

	return {
		flush,
		limit(most: number) {
			limit = most;
		},
		/** Sent at the end of this tick, in the order of the calls. */
		add(frame: ClientFrame) {
			// One byte for each comma, one more for the brackets.
			const size = bytesOf(frame) + 1;
			if (bytes + size + 1 > limit) flush();
			if (frames.length === 0) queueMicrotask(flush);
			frames.push(frame);
			bytes += size;
		},
	};
}
