/** Notices as this browser shows them. */
import type { NoticeBoard } from './notices.ts';

/** @param open goes to a path of the app, where the person clicked a notice */
export function browserNoticeBoard(open: (path: string) => void): NoticeBoard {
	const supported = () => typeof Notification === 'function';
	return {
		permission: () => (supported() ? Notification.permission : 'unsupported'),
		ask: async () => (supported() ? await Notification.requestPermission() : 'denied'),
		hidden: () => document.visibilityState !== 'visible',
		show(title, tag, path) {
			try {
				const notice = new Notification(title, { tag, icon: '/icon-192.png' });
				notice.onclick = () => {
					window.focus();
					open(path);
					notice.close();
				};
			} catch {
				// Chromium on Android shows notices of service workers alone; the title and the badge still tell.
			}
		},
	};
}
