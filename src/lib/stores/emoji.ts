/** Whether a message is a few emoji and nothing else: those are shown large. */
const MOST = 4;
const EMOJI = /^(?:\p{RGI_Emoji}\s*)+$/v;

export function isEmojiOnly(text: string): boolean {
	// Texts longer than a few families with skin tones are not looked at.
	if (text.length > 64 || /[\p{L}]/u.test(text) || !EMOJI.test(text)) return false;
	return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text.replace(/\s/g, ''))].length <= MOST;
}
