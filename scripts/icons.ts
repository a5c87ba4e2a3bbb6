/**
 * Draws the icons that a device shows for the installed app from `static/favicon.svg`, in Chromium: run `bun scripts/icons.ts` after the
 * mark has changed, and commit what it wrote. Nothing else runs it.
 */
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { chromium as tool } from './browser.ts';
import { provide } from './tools.ts';

const folder = resolve(import.meta.dir, '../static');
const mark = await Bun.file(join(folder, 'favicon.svg')).text();

/** For devices that cut a shape of their own: colour to the edges, and the mark within the middle four fifths that none of them cuts. */
function bleeding(svg: string): string {
	const whole = svg.replace(' rx="8"', '');
	return whole.replace('translate(4 4)', 'translate(7 7) scale(0.75)');
}

const icons = [
	{ name: 'icon-192.png', size: 192, svg: mark },
	{ name: 'icon-512.png', size: 512, svg: mark },
	{ name: 'icon-maskable-512.png', size: 512, svg: bleeding(mark) },
	{ name: 'apple-touch-icon.png', size: 180, svg: bleeding(mark) },
];

const browser = await chromium.launch({ executablePath: provide(tool), args: ['--no-sandbox'] });
try {
	for (const { name, size, svg } of icons) {
		const page = await browser.newPage({ viewport: { width: size, height: size } });
		const address = `data:image/svg+xml;base64,${btoa(svg)}`;
		await page.setContent(`<body style="margin:0"><img src="${address}" width="${size}" height="${size}" style="display:block">`);
		await page.screenshot({ path: join(folder, name), omitBackground: true });
		await page.close();
		console.log(`static/${name}`);
	}
} finally {
	await browser.close();
}
