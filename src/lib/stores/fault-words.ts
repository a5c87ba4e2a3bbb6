/** The fault panel in words: what can be pressed, what to watch for, and what is on. */
import { m } from '../paraglide/messages.js';
import type { FaultChange, FaultReport, RefusalCode } from './fault-shapes.ts';

export interface FaultButton {
	label: () => string;
	change: FaultChange;
	/** Whether it is on. Absent: it happens once. */
	on?: (report: FaultReport) => boolean;
	/** What takes it back, where it is on. */
	off?: FaultChange;
}
export interface FaultGroup {
	title: () => string;
	watch: () => string;
	buttons: FaultButton[];
}

const hole = (label: () => string, direction: 'both' | 'up' | 'down'): FaultButton => ({
	label,
	change: { type: 'black-hole', direction },
	on: ({ blackHole }) => blackHole === direction,
	off: { type: 'black-hole', direction: null },
});
const late = (label: () => string, ms: number, jitterMs: number): FaultButton => ({
	label,
	change: { type: 'delay', ms, jitterMs },
	on: ({ delay }) => delay?.ms === ms && delay.jitterMs === jitterMs,
	off: { type: 'delay', ms: 0, jitterMs: 0 },
});
const blocked = (label: () => string, how: 'refuse' | 'hang'): FaultButton => ({
	label,
	change: { type: 'block-websocket', how },
	on: ({ webSocket }) => webSocket === how,
	off: { type: 'block-websocket', how: null },
});

/** Faults on the way between this browser and the server. */
export const groups: readonly FaultGroup[] = [
	{
		title: m.faults_cut,
		watch: m.faults_cut_watch,
		buttons: [
			{ label: m.faults_cut_fin, change: { type: 'cut', how: 'fin' } },
			{ label: m.faults_cut_reset, change: { type: 'cut', how: 'reset' } },
		],
	},
	{
		title: m.faults_hole,
		watch: m.faults_hole_watch,
		buttons: [hole(m.faults_hole_both, 'both'), hole(m.faults_hole_up, 'up'), hole(m.faults_hole_down, 'down')],
	},
	{
		title: m.faults_slow,
		watch: m.faults_slow_watch,
		buttons: [late(m.faults_slow_short, 300, 0), late(m.faults_slow_long, 2_000, 1_000)],
	},
	{
		title: m.faults_block,
		watch: m.faults_block_watch,
		buttons: [blocked(m.faults_block_refuse, 'refuse'), blocked(m.faults_block_hang, 'hang')],
	},
];

/** What the server can refuse with, and what the client makes of it. */
export const refusals: Readonly<Record<RefusalCode, { name: () => string; watch: () => string }>> = {
	1011: { name: m.faults_name_server_error, watch: m.faults_backs_off },
	1012: { name: m.faults_name_restart, watch: m.faults_at_once },
	1013: { name: m.faults_name_try_later, watch: m.faults_backs_off },
	4001: { name: m.faults_name_unauthenticated, watch: m.faults_renews },
	4003: { name: m.faults_name_forbidden, watch: m.faults_final_forbidden },
	4005: { name: m.faults_name_replaced, watch: m.faults_final_replaced },
	4009: { name: m.faults_name_version, watch: m.faults_final_version },
	4100: { name: m.faults_name_rate_limit, watch: m.faults_waits },
	4101: { name: m.faults_name_slow_reader, watch: m.faults_catches_up },
	4102: { name: m.faults_name_overloaded, watch: m.faults_backs_off },
};

const directions = { both: m.faults_on_both, up: m.faults_on_up, down: m.faults_on_down };

const lateness = ({ ms, jitterMs }: { ms: number; jitterMs: number }) =>
	jitterMs > 0 ? m.faults_on_late_range({ from: ms, to: ms + jitterMs }) : m.faults_on_late({ ms });

/** What is on, each in a few words. */
export function active({ blackHole, delay, webSocket, refuse }: FaultReport): string[] {
	return [
		...(blackHole ? [directions[blackHole]()] : []),
		...(delay ? [lateness(delay)] : []),
		...(webSocket ? [webSocket === 'refuse' ? m.faults_on_refused_socket() : m.faults_on_hanging_socket()] : []),
		...(refuse ? [m.faults_on_refused({ code: refuse })] : []),
	];
}
