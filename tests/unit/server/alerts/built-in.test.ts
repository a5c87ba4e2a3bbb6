/** The built-in rules as data: what every one of them has to keep, and how they speak. */
import { describe, expect, it } from 'bun:test';
import { builtInRules } from '../../../../src/lib/server/alerts/built-in.ts';
import { isWell, isWrong, type Rule } from '../../../../src/lib/server/alerts/rules.ts';
import { readOptions } from '../../../../src/lib/server/options.ts';
import { silence } from './harness.ts';

const { thresholds } = readOptions({}).alerts;
const rules = builtInRules(thresholds);
const named = (name: string): Rule => {
	const rule = rules.find((each) => each.name === name);
	if (!rule) throw new Error(`no rule ${name}`);
	return rule;
};

describe('the built-in rules', () => {
	it.each(rules.map((rule): [string, Rule] => [rule.name, rule]))(
		'%s -> well is apart from wrong, and its times leave room',
		(_, rule) => {
			const beyond = rule.threshold * (rule.comparison === 'above' ? 1 : 0.999);
			expect(isWrong(rule, beyond)).toBe(true);
			expect(isWell(rule, beyond)).toBe(false);
			expect(isWrong(rule, rule.clear)).toBe(false);
			expect(isWell(rule, rule.clear)).toBe(true);
			expect(rule.forMs).toBeLessThanOrEqual(45_000);
			expect(rule.clearForMs).toBeLessThanOrEqual(120_000);
			expect(rule.message(rule.threshold, silence)).toEndWith('.');
			expect(rule.advice).toEndWith('.');
			for (const other of rule.unless ?? []) expect(named(other).forMs).toBeLessThan(rule.forMs);
		},
	);

	it('names are one of a kind', () => {
		expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
	});

	it('a threshold of 0 -> its rule is not there', () => {
		for (const key of Object.keys(thresholds)) expect(builtInRules({ ...thresholds, [key]: 0 })).toHaveLength(rules.length - 1);
	});

	it('messages carry the figure in words', () => {
		expect(named('memory').message(0.871, silence)).toContain('87 %');
		expect(named('response').message(1_234.5, silence)).toContain('1235 ms');
		expect(named('loop-delay').message(12_400, silence)).toContain('12 s');
		expect(named('close-age').message(0.8, { ...silence, closeAgePeakMs: 60_200 })).toContain('about 60 s');
	});
});
