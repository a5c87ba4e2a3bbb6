/** A private room as somebody in it sees it, and the secrets that open one. */
import type { User } from '../../protocol/frames.ts';
import type { PrivateRoom } from '../../protocol/private-rooms.ts';
import type { KnownRoom } from './room-store.ts';

export const seenBy = ({ id }: User, { room, title, owner }: KnownRoom): PrivateRoom => ({ room, title, owner: owner === id });

/** So many random bytes as a text that fits into an address. */
const random = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url');

/** See `isPrivateRoom`. */
export const newRoomName = () => `private-${random(16)}`;
export const newToken = () => random(24);

/** What is kept of a token. It is as long and as random as its hash, so that nothing slower or salted is needed. */
export const tokenHash = (token: string) => new Bun.CryptoHasher('sha256').update(token).digest('hex');
