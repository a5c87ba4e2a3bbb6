/** A style that is known only at run time, set by script: as a `style` attribute of a rendered page the policy of the page would refuse it. */

/** For `{@attach}`: sets one property of a style, and again whenever it changes. */
export const styled = (property: string, value: string | number) => (node: HTMLElement) => {
	node.style.setProperty(property, String(value));
};
