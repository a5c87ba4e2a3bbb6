/** Every frame of `holdfast.v1`, in both directions. A client loads the schemas of what it hears alone. */
export { type ClientFrame, type Hello, type OutboxReport, type Publish, roomName } from './client-frames.ts';
export {
	type Ack,
	type ErrorFrame,
	type History,
	type Member,
	type Message,
	message,
	type Nack,
	type ServerFrame,
	type Subscribed,
	type User,
	user,
	type Welcome,
} from './server-frames.ts';

/** A place in a room's log: everything up to and including `offset` of the incarnation `epoch` is known. */
export interface Position {
	epoch: string;
	offset: number;
}

/** Of a room's state and presence, those that a client has. */
export interface Versions {
	state?: number | undefined;
	presence?: number | undefined;
}
