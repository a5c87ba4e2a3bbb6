/** Waits for a condition, never for a time. */

/**
 * Resolves with the first truthy value of `condition`, asked again every few milliseconds.
 * @throws Error naming `what` after `deadlineMs`, a bound for a condition that never comes, not a measure of speed
 */
export async function until<Value>(
	condition: () => Value | Promise<Value>,
	what = condition.toString(),
	deadlineMs = 10_000,
): Promise<NonNullable<Value>> {
	const deadline = performance.now() + deadlineMs;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
		await Bun.sleep(2);
	}
}
