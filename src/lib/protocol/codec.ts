/** Text to frames and back, for whoever needs both directions. */
import type { ClientFrame, ServerFrame } from './frames.ts';

export { decodeClient } from './client-frames.ts';
export { decodeServer } from './server-frames.ts';
export const encode = (frames: ClientFrame | ServerFrame | (ClientFrame | ServerFrame)[]) => JSON.stringify(frames);
