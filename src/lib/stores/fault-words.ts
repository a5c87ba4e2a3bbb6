/** The fault panel in words: what can be pressed, what to watch for, and what is on. */
import type { FaultChange, FaultReport, RefusalCode } from './fault-shapes.ts';

export interface FaultButton {
	label: string;
	change: FaultChange;
	/** Whether it is on. Absent: it happens once. */
	on?: (report: FaultReport) => boolean;
	/** What takes it back, where it is on. */
	off?: FaultChange;
}
export interface FaultGroup {
	title: string;
	watch: string;
	buttons: FaultButton[];
}

const hole = (label: string, direction: 'both' | 'up' | 'down'): FaultButton => ({
	label,
	change: { type: 'black-hole', direction },
	on: ({ blackHole }) => blackHole === direction,
	off: { type: 'black-hole', direction: null },
});
const late = (label: string, ms: number, jitterMs: number): FaultButton => ({
	label,
	change: { type: 'delay', ms, jitterMs },
	on: ({ delay }) => delay?.ms === ms && delay.jitterMs === jitterMs,
	off: { type: 'delay', ms: 0, jitterMs: 0 },
});
const blocked = (label: string, how: 'refuse' | 'hang'): FaultButton => ({
	label,
	change: { type: 'block-websocket', how },
	on: ({ webSocket }) => webSocket === how,
	off: { type: 'block-websocket', how: null },
});

/** Faults on the way between this browser and the server. */
export const groups: readonly FaultGroup[] = [
	{
		title: 'Cut the line',
		watch: 'Gone without a goodbye: code 1006. It is back before you can read this.',
		buttons: [
			{ label: 'Cut', change: { type: 'cut', how: 'fin' } },
			{ label: 'Reset', change: { type: 'cut', how: 'reset' } },
		],
	},
	{
		title: 'Swallow everything',
		watch: 'No error, only silence. Write something: it waits, and the client finds out by itself.',
		buttons: [hole('Both ways', 'both'), hole('What you send', 'up'), hole('What you hear', 'down')],
	},
	{
		title: 'Slow the line down',
		watch: 'Ticks come late, and in order.',
		buttons: [late('300 ms', 300, 0), late('2 to 3 s', 2_000, 1_000)],
	},
	{
		title: 'Block WebSocket',
		watch: 'Like a strict proxy: the page goes on over HTTP, and returns soon after you heal it.',
		buttons: [blocked('Refuse it', 'refuse'), blocked('Never answer', 'hang')],
	},
];

/** What the server can refuse with, and what the client makes of it. */
export const refusals: Readonly<Record<RefusalCode, { name: string; watch: string }>> = {
	1011: { name: 'server error', watch: 'Comes back, each time after a longer pause.' },
	1012: { name: 'restart', watch: 'Comes back at once, as after a deployment.' },
	1013: { name: 'try again later', watch: 'Comes back, each time after a longer pause.' },
	4001: { name: 'unauthenticated', watch: 'Renews its identity first; gives up after three refusals.' },
	4003: { name: 'forbidden', watch: 'Final: it does not try again. Heal, then reload.' },
	4005: { name: 'replaced', watch: 'Final: this page is open elsewhere. Heal, then reload.' },
	4009: { name: 'version', watch: 'Final: the page asks for a reload. Heal first.' },
	4100: { name: 'rate limit', watch: 'Waits as long as it was told to: five seconds.' },
	4101: { name: 'slow reader', watch: 'Comes back and catches up on what it missed.' },
	4102: { name: 'overloaded', watch: 'Comes back, each time after a longer pause.' },
};

const directions = { both: 'everything is swallowed', up: 'what you send is swallowed', down: 'what you hear is swallowed' };

/** What is on, each in a few words. */
export function active({ blackHole, delay, webSocket, refuse }: FaultReport): string[] {
	return [
		...(blackHole ? [directions[blackHole]] : []),
		...(delay ? [`late by ${delay.ms}${delay.jitterMs ? ` to ${delay.ms + delay.jitterMs}` : ''} ms`] : []),
		...(webSocket ? [webSocket === 'refuse' ? 'WebSocket is refused' : 'WebSocket gets no answer'] : []),
		...(refuse ? [`refused with ${refuse}`] : []),
	];
}
