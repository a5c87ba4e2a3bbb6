/** Named lines of a settings file: exactly those change that a test names. */
import { describe, expect, it } from 'bun:test';
import { changeLines } from '../../support/settings-lines.ts';

const text =
	'user www;    # [user]\nlisten 80;   # [listen]\n# an [upgrade] in prose\nread 90s;    # [read]\nagain;       # [twice]\nagain;       # [twice]';

describe('changeLines', () => {
	it('replaces, takes out, puts several in place of one, and leaves the rest', () => {
		const changed = changeLines(text, { user: null, listen: 'listen 81;\nlisten 82;' });
		const [user, ...rest] = text.split('\n');
		expect(user).toContain('www');
		expect(changed.split('\n')).toEqual(['', 'listen 81;', 'listen 82; # [listen]', ...rest.slice(1)]);
	});

	it('a changed line can be changed once more', () => {
		expect(changeLines(changeLines(text, { read: 'read 2s;' }), { read: 'read 3s;' })).toContain('\nread 3s; # [read]\n');
	});

	it('a name on no line, or on two, is an error: the fault would not be there', () => {
		expect(() => changeLines(text, { upgrade: null })).toThrow('0 lines are named [upgrade]');
		expect(() => changeLines(text, { twice: null })).toThrow('2 lines are named [twice]');
	});
});
