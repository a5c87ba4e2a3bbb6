/** What a row of the report is: one trial of one peer at a time, and goals over the ratios of interleaved trials. */
import { type PeerName, titleOf } from '../servers.ts';
import type { Spread } from '../statistics.ts';

/** What one trial measured, by name. */
export type Figures = Record<string, number>;

/** `--quick` shortens the load, never the crowd: it tells whether a row works. */
export interface Scale {
	/** How long load is applied, in milliseconds. */
	durationMs: number;
	warmUpMs: number;
}

/** The trials of a row that went through, one entry a round and peer. */
export type Rounds = readonly Partial<Record<PeerName, Figures>>[];

export interface Goal {
	/** What is compared, such as "× raw". */
	what: string;
	/** The measured ratio must not be below `least`, or not above `most`. */
	least?: number;
	most?: number;
	/** Printed after the number; a ratio has none. */
	unit?: string;
	/** The value of one round, or null where a peer is missing. */
	measured(round: Partial<Record<PeerName, Figures>>): number | null;
}

export interface Illustration {
	what: string;
	unit: string;
	peer: PeerName;
	figure: string;
}

export interface Row {
	name: string;
	/** The work, in a sentence. */
	work: string;
	/** In the order in which they take their turns. */
	peers: readonly PeerName[];
	goals: readonly Goal[];
	/** Absolute figures: they hold for one machine on one day. */
	illustrations: readonly Illustration[];
	/** Runs in the process of the load generator. @throws Error when anything was lost: the row has failed */
	trial(peer: PeerName, scale: Scale): Promise<Figures>;
}

export interface Verdict {
	goal: Goal;
	measured: Spread;
	met: boolean;
}

/** `figure` of Holdfast over that of another peer. */
export const over = (peer: PeerName, figure: string) => (round: Partial<Record<PeerName, Figures>>) => {
	const [ours, theirs] = [round.holdfast?.[figure], round[peer]?.[figure]];
	return ours === undefined || theirs === undefined ? null : ours / theirs;
};

/** A figure of Holdfast as it is. */
export const own = (figure: string) => (round: Partial<Record<PeerName, Figures>>) => round.holdfast?.[figure] ?? null;

/** The same figure of each peer. */
export const ofEach = (peers: readonly PeerName[], figure: string, unit: string): Illustration[] =>
	peers.map((peer) => ({ what: titleOf(peer), unit, peer, figure }));
