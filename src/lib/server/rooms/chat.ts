/** What a chat room accepts. */
import * as v from 'valibot';
import { CHAT_TEXT_LENGTH } from '../../protocol/limits.ts';

/** Stored as given, shown as text. Counted in code points: an emoji is one, not two. */
export const chat = v.object({
	text: v.pipe(
		v.string(),
		v.check((text) => text.trim() !== '', 'expected a text that is not blank'),
		v.check(
			(text) => text.length <= CHAT_TEXT_LENGTH || [...text].length <= CHAT_TEXT_LENGTH,
			`expected at most ${CHAT_TEXT_LENGTH} characters`,
		),
	),
});
