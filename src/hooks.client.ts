/** Before anything of a page is drawn, it is known which language it speaks. */
import type { ClientInit } from '@sveltejs/kit';
import { speakAs } from './lib/stores/language.ts';

// Exported and so called, not merely run: package.json says that modules have no effects, and bundlers believe it.
export const init: ClientInit = () => speakAs(document);
