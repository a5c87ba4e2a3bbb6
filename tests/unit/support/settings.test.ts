/** The arguments of the torture: defaults, limits, and a command that plays a run again. */
import { expect, it } from 'bun:test';
import { commandOf, nextRound, readArguments, settingsOf } from '../../torture/settings.ts';

it('reads what is given and fills in the rest', () => {
	const { settings, judge } = readArguments(['--seed', '7', '--minutes', '0.5', '--mutant', 'drop', '--hasty']);
	expect(settings).toMatchObject({
		seed: 7,
		minutes: 0.5,
		mutant: 'drop',
		hasty: true,
		clients: 12,
		rooms: 3,
		kills: 3,
		keep: false,
	});
	expect(judge).toBeUndefined();
	expect(readArguments(['--judge', 'file.jsonl']).judge).toBe('file.jsonl');
});

it('says what is wrong', () => {
	expect(() => readArguments(['--clients', '1'])).toThrow('--clients');
	expect(() => readArguments(['--clients', ''])).toThrow('--clients');
	expect(() => readArguments(['--mutant', 'nobody'])).toThrow('--mutant');
	expect(() => readArguments(['--nonsense', '1'])).toThrow('nonsense');
});

it('a run without a seed gets one, and its command names it', () => {
	const settings = settingsOf({ kills: 1, hasty: true });
	expect(nextRound(settings).seed).toBe(settings.seed + 1);
	const again = readArguments(commandOf(settings).split(' ').slice(4));
	expect(again.settings).toEqual(settings);
});
