/** The bounds of `holdfast.v1` that both sides must agree on. What an operator may change is a setting of the server and travels in `welcome`. */

export const PROTOCOL_VERSION = 1;

/** The longest WebSocket message, in bytes of UTF-8. A longer one closes the connection with 1009. */
export const FRAME_BYTES = 65_536;
/** Messages that a client may have sent and not yet seen acknowledged, over all its rooms. */
export const IN_FLIGHT = 64;
/** The most that a client says of what waits for its ack: more is said as this. Messages, and milliseconds (30 days). */
export const OUTBOX_MESSAGES = 1_000_000;
export const OUTBOX_AGE_MS = 2_592_000_000;
/** Messages that a subscriber without a position gets before it is live. */
export const RECENT_MESSAGES = 50;
/** The most messages that one `history` answers. */
export const HISTORY_MESSAGES = 200;
/** Rooms that one connection may be subscribed to. */
export const ROOMS_PER_CONNECTION = 100;
/** Arrays and objects within each other in the `data` of a signal: what nests by the thousand takes seconds to encode. */
export const DATA_LEVELS = 64;
/** Length of a signal's `data` as JSON, in UTF-16 units: a signal goes out to a whole room at once, and none waits for its reader. */
export const SIGNAL_LENGTH = 4_096;
/** Length of a chat message, in code points. */
export const CHAT_TEXT_LENGTH = 4_000;
/** Length of a room's name, in UTF-16 units. */
export const ROOM_NAME_LENGTH = 128;
/** Length of a person's name, in code points. */
export const USER_NAME_LENGTH = 40;
/** How long a server waits for the `hello`, in milliseconds. */
export const HELLO_TIMEOUT_MS = 10_000;
/** Invalid frames after which a connection is closed with 4002. */
export const INVALID_FRAMES = 3;
/** What a room may be called: nothing in it that a database or a screen would take for something else. */
export const isRoomName = (name: string): boolean =>
	name.length <= ROOM_NAME_LENGTH && /^(?!\s|\.{1,2}$)[^\p{Cc}\p{Cs}\u2028\u2029]+(?<!\s)$/u.test(name);
export const ROOM_NAME_RULE = `a room needs a name of 1 to ${ROOM_NAME_LENGTH} characters: no control characters, no blank at its ends, not "." or ".."`;
/** Whether a value holds more than `levels` arrays and objects within each other. */
export const nestsDeeper = (value: unknown, levels: number): boolean =>
	typeof value === 'object' &&
	value !== null &&
	(levels === 0 || Object.values(value).some((each) => nestsDeeper(each, levels - 1)));
/** What a kind of message or signal may be called. */
export const isKind = (kind: string): boolean => /^[a-z][a-z0-9-]{0,31}$/.test(kind);
export const KIND_RULE = 'a kind is a lower-case word of at most 32 characters';
