/** Before anything of a page is drawn, it is known which language it speaks. */
import { speakAs } from './lib/stores/language.ts';

speakAs(document);
