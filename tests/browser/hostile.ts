/** Texts by which people try to get a script into the pages of others, and what a page looks like in which one of them has come to life. */
import type { Page } from '@playwright/test';

const IMAGE = '<img src=x onerror=alert(1)>';

/** Short enough for a person's name. */
export const names = [
	IMAGE,
	'<svg onload=alert(1)>',
	'"><script>alert(1)</script>',
	"' onfocus=alert(1) autofocus='",
	'</title><img src=x onerror=alert(1)>',
	`\${alert(1)}{{alert(1)}}{@html 1}`,
	'javascript:alert(1)',
];
/** Of private rooms. */
export const titles = [IMAGE, '</title></head><script>alert(1)</script>', 'data:text/html,<script>alert(1)</script>'];
/** On cards. */
export const cards = ['<svg onload=x>', '"><b onclick=x>', "'onload='x", `\${x}{{x}}`, '{@html x}', 'javascript:x', '&lt;&#60;'];
export const topic = `${IMAGE} javascript:alert(1) https://example.com/"onclick=alert(1) data:text/html,<script>alert(1)</script>`;

/** In messages. */
export const texts = [
	...names,
	...titles,
	// What a sanitizer would let pass, and a parser then reads differently.
	'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
	'<svg><style><img src="</style><img src=x onerror=alert(1)>"></svg>',
	'<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
	'<a href="javascript:alert(1)">https://example.com</a>',
	'<iframe srcdoc="<script>alert(1)</script>"></iframe><object data=x></object><base href=//evil.example>',
	'<details open ontoggle=alert(1)><template><script>alert(1)</script></template>',
	'<!--><script>alert(1)</script>--><![CDATA[<script>alert(1)</script>]]>',
	// Links.
	'https://example.com/"onmouseover="alert(1) https://example.com/\'><script>alert(1)</script>',
	'JaVaScRiPt:alert(1) java\tscript:alert(1) javascript://example.com/%0aalert(1) vbscript:x',
	'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg== blob:https://example.com/x',
	'https://javascript:alert(1)@example.com mailto:a@example.com?subject=<script>',
	'[x](javascript:alert(1)) ![x](x"onerror="alert(1))',
	// Told apart from what they look like.
	'https://example.com/\u202egpj.exe \u2066hidden\u2069 \u202ecod.txt',
	'zero\u200bwidth \u200dj\u200co\ufeffin a\u0301\u0301\u0301\u0301\u0301\u0301',
	'Ａｄｍｉｎ ＜script＞alert(1)＜/script＞ \u00ad\u2028\u2029.',
	// Long for whoever lays it out or looks for links in it.
	'W'.repeat(4_000),
	'😀'.repeat(2_000),
	`http://${'a.'.repeat(1_990)}`,
	`https://a.io/${'('.repeat(3_900)}`,
	'@'.repeat(4_000),
	'http://'.repeat(570),
];

/** What is wrong with a page: handlers in attributes, scripts that are not ours, foreign frames, links elsewhere than they may lead, and sideways scrolling. */
export const aliveIn = (page: Page): Promise<string[]> =>
	page.evaluate(() => {
		const wrong: string[] = [];
		const urls = ['href', 'src', 'action', 'formaction', 'xlink:href', 'srcdoc', 'data', 'poster'];
		for (const element of document.querySelectorAll('*')) {
			const told = element.outerHTML.slice(0, 120);
			for (const { name, value } of element.attributes) {
				if (name.startsWith('on')) wrong.push(`handler: ${told}`);
				const leads = URL.canParse(value, location.href) ? new URL(value, location.href).href : value;
				if (urls.includes(name) && !/^(https?|mailto):/.test(leads)) wrong.push(`address: ${told}`);
			}
			if (/^(iframe|object|embed|base|img|math|mglyph|b|template)$/i.test(element.tagName)) wrong.push(`element: ${told}`);
			if (
				element instanceof HTMLScriptElement &&
				!element.nonce &&
				new URL(element.src, location.href).origin !== location.origin
			)
				wrong.push(`script: ${told}`);
			if (element instanceof HTMLScriptElement && !element.nonce && element.src === '') wrong.push(`script: ${told}`);
			if (element instanceof HTMLAnchorElement && element.origin !== location.origin && !/noopener.*ugc/.test(element.rel))
				wrong.push(`link: ${told}`);
		}
		const wide = document.documentElement.scrollWidth - innerWidth;
		return wide > 0 ? [...wrong, `${wide} px too wide`] : wrong;
	});
