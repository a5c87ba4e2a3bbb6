/** The timeline in words, the newest diagnosis, and a report that holds all of it and no message. */
import { describe, expect, it } from 'bun:test';
import { speaking } from '../../../src/lib/server/language.ts';
import { lastDiagnosis } from '../../../src/lib/stores/happened.ts';
import { report } from '../../../src/lib/stores/report.ts';
import { timelineRows } from '../../../src/lib/stores/timeline.ts';
import { setup } from '../client/harness.ts';

describe('what happened', () => {
	it('each thing has its line, the newest first; the report has them too, and no message', async () => {
		const { client, clock, server, window } = setup();
		client.subscribe('lobby', { message() {} });
		client.connect();
		client.send('lobby', 'chat', { text: 'a secret' });
		await clock.advance(100);
		expect(lastDiagnosis(client)).toBeNull();
		window.dispatchEvent(new Event('online'));
		await clock.advance(100);
		server.last.close(1006);
		server.welcome = { resumed: true, previous: { endedBy: 'network', code: 1006 } };
		await clock.advance(1_100);
		const checks = client.diagnose();
		await clock.advance(20);
		await checks;
		expect(timelineRows(client.getTimeline()).map(({ text }) => text)).toEqual([
			'Verdict: The connection was cut on its way, and nobody said why.',
			'Ping answered in 10 ms',
			'Welcome over WebSocket, resumed; the one before: ended by network',
			'connecting → connected',
			'Attempt 1',
			'disconnected → connecting',
			'connected → disconnected',
			'Closed with 1006 after 185 ms: The connection was cut.',
			'Ping answered in 10 ms',
			'Browser: online',
			'Welcome over WebSocket',
			'connecting → connected',
			'First attempt',
			'idle → connecting',
		]);
		const chinese = speaking('zh-CN', () => timelineRows(client.getTimeline()).map(({ text }) => text));
		expect(chinese.filter((text) => text.includes('1006'))).toEqual(['连接 185 毫秒后以代码 1006 关闭：网络中断']);
		expect(lastDiagnosis(client)?.verdict).toBe('cut');
		const text = report(client, { at: new Date(0), online: true, browser: 'x' });
		expect(JSON.parse(text)).toMatchObject({
			diagnosis: { verdict: 'cut' },
			state: { name: 'connected', transport: 'websocket' },
			stats: { transports: { websocket: { attempts: 2, successes: 2 } } },
		});
		expect(JSON.parse(text).timeline.length).toBe(14);
		expect(text).not.toContain('a secret');
		client.close();
	});
});
