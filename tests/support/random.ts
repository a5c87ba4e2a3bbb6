/** Chance that can be played again: a seeded generator, and forks of it that do not disturb one another. */

export interface Random {
	/** Uniform in [0, 1). */
	(): number;
	/** A whole number from `least` to `most`, both included. */
	between(least: number, most: number): number;
	/** One of `list`, which must not be empty. */
	pick<Item>(list: readonly Item[]): Item;
	/** True with the given probability. */
	chance(probability: number): boolean;
	/** A generator of its own for `name`: draws from one do not shift the draws of another. */
	fork(name: string): Random;
}

/** `sfc32` seeded from a number or a text: the same seed gives the same draws on every machine. */
export function createRandom(seed: number | string): Random {
	const draw = sfc32(hash(`a${seed}`), hash(`b${seed}`), hash(`c${seed}`));
	return Object.assign(draw, {
		between: (least: number, most: number) => least + Math.floor(draw() * (most - least + 1)),
		pick<Item>(list: readonly Item[]): Item {
			const item = list[Math.floor(draw() * list.length)];
			if (item === undefined) throw new Error('pick: the list is empty');
			return item;
		},
		chance: (probability: number) => draw() < probability,
		fork: (name: string) => createRandom(`${seed}/${name}`),
	});
}

function sfc32(a: number, b: number, c: number): () => number {
	let counter = 1;
	const next = () => {
		const sum = (a + b + counter++) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = ((c << 21) | (c >>> 11)) + sum;
		return (sum >>> 0) / 2 ** 32;
	};
	// The first draws still resemble the seed.
	for (let round = 0; round < 12; round++) next();
	return next;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
	return value | 0;
}
