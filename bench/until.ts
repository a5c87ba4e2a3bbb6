/** Waits for conditions: nothing in the bench trusts a fixed pause. */

/** @throws Error after `timeoutMs`, saying what was waited for */
export async function until(
	what: string,
	condition: () => boolean | Promise<boolean>,
	{ everyMs = 20, timeoutMs = 20_000 } = {},
): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	while (!(await condition())) {
		if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
		await Bun.sleep(everyMs);
	}
}
