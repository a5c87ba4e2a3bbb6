/** What scrolls must be reachable by keyboard, in browsers too that do not see to it themselves: `{@attach reachable}`. */
export function reachable(node: HTMLElement) {
	node.tabIndex = 0;
}
