/** A chart as uPlot is told to draw it: its colours are the page's own, read anew each time, so that a change of theme needs a redraw alone. */
import type uPlot from 'uplot';
import { type Chart, dashes, type Unit, units } from '../../stores/status/charts.ts';
import type { Times } from '../../stores/status/format.ts';

export interface Look {
	/** The colour of a line, by its place in the chart. */
	line(index: number): string;
	/** Of the writing at the axes, and of the grid. */
	text(): string;
	grid(): string;
	font: string;
}

export interface PlotOptions {
	chart: Chart;
	width: number;
	height: number;
	look: Look;
	times: () => Times;
	/** Of the point under the pointer, here or on another chart; null: none. */
	onpoint: (index: number | null) => void;
}

/** Of all charts: the pointer on one shows the same moment on the others. */
const SYNC = 'holdfast-status';

export function plotOptions(Plot: typeof uPlot, { chart, width, height, look, times, onpoint }: PlotOptions): uPlot.Options {
	const unitOf = (index: number) => chart.lines[index]?.unit ?? chart.unit;
	const second = chart.lines.find(({ unit }) => unit !== undefined && unit !== chart.unit)?.unit;
	const axis = { font: look.font, stroke: look.text, ticks: { show: false }, gap: 4 };
	const bars = (index: number) => ({ width: 1, paths: Plot.paths.bars?.({ size: [index === 0 ? 0.9 : 0.5, 40, 2] }) });
	return {
		width,
		height,
		padding: [8, second ? 0 : 18, 0, 0],
		legend: { show: false },
		cursor: { y: false, drag: { x: false, y: false }, sync: { key: SYNC }, points: { size: 6 } },
		scales: { x: { time: true }, ...scale(chart.unit), ...(second && scale(second)) },
		axes: [
			{
				...axis,
				size: 22,
				space: 42,
				grid: { show: false },
				values: (_, seconds) => seconds.map((at) => times().minute(at * 1_000)),
			},
			{ ...axis, ...ticks(chart.unit), size: 50, grid: { stroke: look.grid, width: 1 } },
			...(second ? [{ ...axis, ...ticks(second), side: 1 as const, size: 54, grid: { show: false } }] : []),
		],
		series: [
			{},
			...chart.lines.map((line, index) => ({
				label: line.label(),
				scale: unitOf(index),
				stroke: () => look.line(index),
				...(chart.bars ? bars(index) : { width: 1.75, dash: dashes[index] ?? [] }),
				...((index === 0 || chart.bars) && { fill: () => (index === 0 ? faint(look.line(index)) : look.line(index)) }),
				points: { show: !chart.bars, size: 4, filter: alone, stroke: () => look.line(index), fill: () => look.line(index) },
			})),
		],
		hooks: { setCursor: [(plot) => onpoint(plot.cursor.idx ?? null)] },
	};
}

const scale = (unit: Unit): uPlot.Scales => ({
	[unit]: { range: (_, __, highest) => [0, Math.max(units[unit].least, highest * 1.12)] },
});
const ticks = (unit: Unit) => ({
	scale: unit,
	space: 32,
	values: (_: uPlot, values: number[]) => values.map((value) => units[unit].tick(value)),
});

/** Points with nothing measured on either side: no line leads to them, so that they have to be drawn by themselves. */
const alone: uPlot.Series.Points.Filter = (plot, index) => {
	const points = plot.data[index] ?? [];
	const isNothing = (at: number) => points[at] === null || points[at] === undefined;
	return Array.from(points, (_, at) => at).filter((at) => !isNothing(at) && isNothing(at - 1) && isNothing(at + 1));
};

/** The same colour, hardly there; a colour in no known notation is left out. */
function faint(colour: string): string {
	const channels = /^rgb\(([\d.]+), ([\d.]+), ([\d.]+)\)$/.exec(colour);
	return channels ? `rgba(${channels.slice(1).join(', ')}, 0.13)` : 'transparent';
}
