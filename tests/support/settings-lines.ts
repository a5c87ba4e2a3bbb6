/** Changes named lines of a settings file, and no others: what a test runs differs from what the docs show where its text says so. */

/** By the name that ends a line in brackets: the line to put in its place, several, or null to take it out. */
export type Changes = Record<string, string | null>;

/**
 * The text with the lines changed whose comment ends with `[name]`.
 * @throws Error when a name is on no line or on several: a test must not run without the fault that it is about
 */
export function changeLines(text: string, changes: Changes): string {
	const lines = text.split('\n');
	for (const [name, replacement] of Object.entries(changes)) {
		const named = lines.flatMap((line, at) => (line.trimEnd().endsWith(`# [${name}]`) ? [at] : []));
		const [at] = named;
		if (at === undefined || named.length > 1) throw new Error(`${named.length} lines are named [${name}], expected one`);
		// The name stays, so that a line that was changed can be found and changed once more.
		lines[at] = replacement === null ? '' : `${replacement} # [${name}]`;
	}
	return lines.join('\n');
}
