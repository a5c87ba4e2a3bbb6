/** What goes wrong on the server: the wrapper around everything that Bun or a timer calls. */

/** Hears of every unexpected error: `where` names the handler it came out of. */
export type Report = (where: string, error: unknown) => void;

/**
 * Wraps a function that the runtime calls. On Bun one throw in a WebSocket handler ends the process and everybody's
 * connection with it: here it is reported, and `after` may end the one connection it concerns.
 */
export function guarded<Args extends unknown[]>(
	report: Report,
	where: string,
	run: (...args: Args) => void,
	after?: (...args: Args) => void,
): (...args: Args) => void {
	return (...args) => {
		try {
			run(...args);
		} catch (error) {
			report(where, error);
			if (after) guarded(report, `${where} (cleaning up)`, after)(...args);
		}
	};
}
