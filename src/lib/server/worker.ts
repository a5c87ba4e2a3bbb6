/** A worker behind a promise a task: it answers in the order it was asked. */

/** What a worker posts for each task. */
export type Answer<Done> = (Done & { ok: true }) | { ok: false; error: string };

export interface Tasks<Task, Done> {
	/** Rejects with what the worker says went wrong, and for good once it has stopped. */
	ask(task: Task): Promise<Done>;
	/** Ends it where it stands. */
	terminate(): void;
}

/** Starts `url`. `name` is what it does, for the words of an error. */
export function startWorker<Task, Done>(url: URL, name: string): Tasks<Task, Done> {
	const worker = new Worker(url);
	const waiting: { resolve: (answer: Done) => void; reject: (error: Error) => void }[] = [];
	let dead: Error | undefined;
	worker.onmessage = ({ data }: MessageEvent<Answer<Done>>) => {
		const asked = waiting.shift();
		if (data.ok) asked?.resolve(data);
		else asked?.reject(new Error(data.error));
	};
	worker.onerror = (event) => {
		dead = new Error(`${name} stopped: ${event.message}`);
		for (const asked of waiting.splice(0)) asked.reject(dead);
	};
	return {
		ask: (task) =>
			new Promise((resolve, reject) => {
				if (dead) return reject(dead);
				waiting.push({ resolve, reject });
				worker.postMessage(task);
			}),
		terminate() {
			dead ??= new Error(`${name} is closed`);
			worker.terminate();
		},
	};
}
