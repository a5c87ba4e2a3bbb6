/** A process of its own in which nobody has said yet which language is spoken: loads every store and prints which of them asks. */
import { resolve } from 'node:path';
import { Glob } from 'bun';
import { overwriteGetLocale } from '../../../src/lib/paraglide/runtime.js';

overwriteGetLocale(() => {
	throw new Error('it says something while it is loaded');
});
// What some stores ask of their page as they are loaded.
Object.assign(globalThis, {
	document: Object.assign(new EventTarget(), { visibilityState: 'visible', cookie: '' }),
	window: Object.assign(new EventTarget(), { matchMedia: () => new EventTarget() }),
});
const folder = process.argv[2] ?? resolve(import.meta.dir, '../../../src/lib/stores');
const loaded: string[] = [];
for (const path of [...new Glob('**/*.ts').scanSync(folder)].sort()) {
	try {
		await import(`${folder}/${path}`);
		loaded.push(path);
	} catch (error) {
		console.log(`${path}: ${error instanceof Error ? error.message : error}`);
	}
}
console.log(`${loaded.length} loaded`);
