/** The status page in another language: figures, alerts and verdicts; and what others said stays as they said it. */
import { describe, expect, it } from 'bun:test';
import { builtInRules } from '../../../src/lib/server/alerts/built-in.ts';
import { speaking } from '../../../src/lib/server/language.ts';
import { errorWords } from '../../../src/lib/stores/error-words.ts';
import { alertWords } from '../../../src/lib/stores/status/alert-words.ts';
import { createTimes, decimal, lasted, short, took } from '../../../src/lib/stores/status/format.ts';
import { verdict } from '../../../src/lib/stores/status/words.ts';
import { NOON, statusOf } from '../../support/status-fixture.ts';
import { alertsOf } from '../../support/status-tables.ts';

const chinese = <T>(say: () => T) => speaking('zh-CN', say);
const [alert] = alertsOf('trouble', NOON).active;
if (!alert) throw new Error('the fixture has no alert');
const all = 1;
const rules = builtInRules({
	connectionsPercent: all,
	connectionsFullPercent: all,
	errorsPercent: all,
	memoryPercent: all,
	responseMs: all,
	loopDelayMs: all,
	recoveryPercent: all,
	fallbackPercent: all,
	closeBurstPercent: all,
	logFailingSeconds: all,
	commitMs: all,
	closeAgePercent: all,
});

describe('the status page in Chinese', () => {
	it('figures and times', () => {
		expect(chinese(() => [lasted(125_000), took(45), short(12_345), decimal(12_345)])).toEqual([
			'2分钟5秒',
			'45毫秒',
			'1.2万',
			'12,345',
		]);
		expect(chinese(() => createTimes('UTC').day(NOON))).toMatch(/月.*12:00:00$/);
		// Asked in between, English is as it was.
		expect(lasted(125_000)).toBe('2m 5s');
	});

	it.each(rules.map(({ name }) => name))('the alert %s has words of its own', (rule) => {
		const { message, advice } = chinese(() => alertWords({ ...alert, rule, value: 0.84 }));
		for (const text of [message, advice]) expect(text).toMatch(/\p{Script=Han}{4}/u);
	});

	it('an alert of somebody’s own rule, and a reason that nobody knew, stay as they were told', () => {
		const own = { ...alert, rule: 'too-hot', message: 'Too hot.', advice: 'Cool it.' };
		expect(chinese(() => alertWords(own))).toEqual({ message: 'Too hot.', advice: 'Cool it.' });
		const health = { ...statusOf('idle').health, status: 'down', reasons: ['the log takes no writes', 'too hot'] } as const;
		expect(chinese(() => verdict({ ...health, reasons: [...health.reasons] }, []))).toBe('不可用：日志无法写入；too hot');
	});

	it('a refusal is worded by its code, and in English as the server says it', () => {
		const refusal = { code: 'rate-limited', message: 'at most 5 a minute' };
		expect([errorWords(refusal), chinese(() => errorWords(refusal))]).toEqual(['at most 5 a minute', '请求过于频繁，请稍候。']);
		expect(chinese(() => errorWords({ code: 'toString', message: 'odd' }))).toBe('odd');
	});
});
