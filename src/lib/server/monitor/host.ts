/** What the process and its machine say of themselves. A test puts another one in its place. */
import { loadavg, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Host {
	/** Milliseconds of processor time that the process has used so far, on all cores. */
	cpuMs(): number;
	/** Of the machine, over 1, 5 and 15 minutes. */
	load(): [number, number, number];
	/** Bytes. */
	memory(): { rss: number; heapUsed: number; heapTotal: number };
	/** Bytes that the machine or its container has. */
	readonly memoryLimit: number;
	/** How late the event loop was at worst since this was last asked, in milliseconds. */
	worstLoopDelay(): number;
	close(): void;
}

/** Milliseconds between two looks at the loop. Each costs a timer: at this distance 0.3 % of a core. */
const RESOLUTION = 20;

/** Bun's figure for a container, where it is one that can be; else the machine's. */
function memoryLimit(): number {
	const constrained = process.constrainedMemory();
	return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

export function createHost(): Host {
	const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
	delay.enable();
	return {
		cpuMs() {
			const { user, system } = process.cpuUsage();
			return (user + system) / 1_000;
		},
		load() {
			const [one = 0, five = 0, fifteen = 0] = loadavg();
			return [one, five, fifteen];
		},
		memory() {
			const { rss, heapUsed, heapTotal } = process.memoryUsage();
			return { rss, heapUsed, heapTotal };
		},
		memoryLimit: memoryLimit(),
		worstLoopDelay() {
			const worst = delay.count > 0 ? delay.max / 1e6 : 0;
			delay.reset();
			return worst;
		},
		close: () => void delay.disable(),
	};
}
