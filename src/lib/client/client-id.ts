/** Ids that nobody else has. */

/** A random UUID. `crypto.randomUUID` exists only in secure contexts: a page over plain http in a local network makes do with the digits. */
export const newClientId = (): string => crypto.randomUUID?.() ?? crypto.getRandomValues(new BigUint64Array(2)).join('-');
