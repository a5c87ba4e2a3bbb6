/** Waiting within a run: every wait ends at once when the run does. */
export class Pause {
	readonly #ended = Promise.withResolvers<void>();
	#over = false;

	/** True once the run is to end. */
	get over(): boolean {
		return this.#over;
	}
	async for(ms: number): Promise<void> {
		if (this.#over) return;
		let timer: Timer | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, ms);
		});
		await Promise.race([late, this.#ended.promise]);
		clearTimeout(timer);
	}
	end() {
		this.#over = true;
		this.#ended.resolve();
	}
}
