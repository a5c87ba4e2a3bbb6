/** Notices: only what was asked for, only out of sight, and nothing is asked of the person but in answer to a click. */
import { expect, it } from 'bun:test';
import { type NoticeBoard, Notices } from '../../../src/lib/stores/notices.ts';

function board(permission: ReturnType<NoticeBoard['permission']>, answer: 'granted' | 'denied' = 'granted') {
	const shown: string[] = [];
	const state = { permission, hidden: true, asked: 0 };
	const kept = new Map<string, string>();
	const notices = () =>
		new Notices(
			{ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
			{
				permission: () => state.permission,
				ask: async () => {
					state.asked++;
					state.permission = answer;
					return answer;
				},
				show: (title, _, path) => shown.push(`${title} ${path}`),
				hidden: () => state.hidden,
			},
		);
	return { notices, shown, state };
}

it('off until chosen; the browser is asked once, by the choice; kept for the next page', async () => {
	const { notices, shown, state } = board('default');
	const first = notices();
	first.load();
	first.tell('lobby', 'hi', true);
	expect([first.wish, state.asked, shown.length]).toEqual(['off', 0, 0]);
	await first.choose('mentions');
	first.tell('a/b', 'hi', false);
	first.tell('a/b', 'hi', true);
	expect([first.wish, state.asked, shown]).toEqual(['mentions', 1, ['hi /rooms/a%2Fb']]);
	const next = notices();
	next.load();
	expect([next.wish, state.asked]).toEqual(['mentions', 1]);
	state.hidden = false;
	next.tell('a/b', 'hi', true);
	expect(shown).toHaveLength(1);
});

it.each(['denied', 'unsupported'] as const)('%p by the browser -> off, and it says so', async (permission) => {
	const { notices } = board(permission, 'denied');
	const one = notices();
	one.load();
	await one.choose('all');
	expect([one.wish, one.denied]).toEqual(['off', true]);
});
