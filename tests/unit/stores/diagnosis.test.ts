/** What the page says of a drop is, in English, what the client says of it to logs; and it is said in Chinese as well. */
import { describe, expect, it } from 'bun:test';
import type { Finding, Findings } from '../../../src/lib/client/findings.ts';
import { verdicts } from '../../../src/lib/client/verdicts.ts';
import { wordsOf } from '../../../src/lib/client/words.ts';
import { speaking } from '../../../src/lib/server/language.ts';
import { diagnosisWords } from '../../../src/lib/stores/diagnosis.ts';

const cases = [...verdicts, 'no-trouble', 'misunderstood', 'ended-for-good', 'limited-age', 'limited-silence'] as const;
const ticket = { what: 'ticket', status: 429, ms: 12, code: '', message: '', pauseMs: 0, genuine: true } as const;
const found: Finding[] = [
	{ what: 'connected', transport: 'event-stream', ms: 12_000 },
	{ what: 'no-network' },
	{ what: 'ended', agoMs: 800, ageMs: 61_000, transport: 'websocket', silentMs: 1_500, code: 1006, reason: 'It broke.' },
	{ what: 'failed', attempts: 1, code: 1006, reason: 'No.' },
	{ what: 'failed', attempts: 2, code: 1006, reason: 'No.' },
	{ what: 'seen', endedBy: 'heartbeat-timeout', code: 4201 },
	{ what: 'other-process' },
	{ what: 'alike', cuts: 3, of: 'age', fromMs: 60_000, toMs: 61_000 },
	{ what: 'alike', cuts: 1, of: 'silence', fromMs: 60_000, toMs: 61_000 },
	{ what: 'ping', ms: null },
	{ what: 'ping', ms: 12 },
	{ what: 'no-ticket', ms: 5_000, failure: 'Timed out' },
	ticket,
	{ ...ticket, genuine: false },
	{ ...ticket, code: 'rate-limited', message: 'slower' },
	{ ...ticket, code: 'rate-limited', message: 'slower', pauseMs: 1_500 },
	{ what: 'socket', ms: 30, opened: true, code: null },
	{ what: 'socket', ms: 5_000, opened: false, code: null },
	{ what: 'socket', ms: 30, opened: false, code: 1006 },
];

describe('a diagnosis on the page', () => {
	it.each(cases.flatMap((name) => [true, false].map((back) => [name, back] as const)))('%s, back: %p', (name, back) => {
		const findings: Findings = { case: name, seconds: 60, back, found };
		const { summary, evidence, advice } = wordsOf(findings);
		const said = diagnosisWords(findings);
		expect(said.summary).toBe(summary);
		expect(said.evidence).toEqual(evidence);
		expect([said.advice, said.operator].filter(Boolean).join('\n')).toBe(advice);
	});

	it('in Chinese nothing is left in English but names, codes and what browsers said', () => {
		const said = speaking('zh-CN', () => cases.map((name) => diagnosisWords({ case: name, seconds: 60, back: true, found })));
		for (const { summary, evidence, advice, operator } of said)
			for (const text of [summary, ...evidence, advice, operator ?? '管理员']) {
				expect(text).toMatch(/\p{Script=Han}{2}/u);
				expect(text).not.toMatch(/It broke|No\.|slower/);
			}
	});
});
