/** The table of close codes and error classes, as the protocol's page has it. */
import { describe, expect, it } from 'bun:test';
import { classOfClose, classOfError, closeCode, errorCodes } from '../../../src/lib/protocol/codes.ts';

const table: [codes: number[], errorClass: ReturnType<typeof classOfClose>][] = [
	[[1000], 'closed'],
	[[1001, 1012, 4200], 'restart'],
	[[1002, 1003, 1007, 4000, 4002], 'protocol'],
	[[1005, 1006, 4101, 4201], 'connection'],
	[[1008, 4001, 4202], 'auth'],
	[[1009, 4008], 'payload'],
	[[1011], 'server'],
	[[1013, 4102], 'overload'],
	[[4003], 'forbidden'],
	[[4005], 'replaced'],
	[[4009], 'version'],
	[[4100], 'rate-limit'],
];

describe('close codes', () => {
	it.each(table)('%j are of the class %s', (codes, errorClass) => {
		for (const code of codes) expect(classOfClose(code)).toBe(errorClass);
	});

	it('the table names every code there is', () => {
		expect(table.flatMap(([codes]) => codes).sort()).toEqual(Object.values(closeCode).toSorted());
	});

	it('an unknown code takes the default of its range', () => {
		expect([4050, 4099].map(classOfClose)).toEqual(['forbidden', 'forbidden']);
		expect([4150, 4199].map(classOfClose)).toEqual(['rate-limit', 'rate-limit']);
		expect([4250, 4299].map(classOfClose)).toEqual(['restart', 'restart']);
		expect([1004, 1015, 3000, 4300, 4999].map(classOfClose)).toEqual(Array(5).fill('connection'));
	});
});

describe('error codes', () => {
	it('every one has a class', () => {
		for (const code of errorCodes) expect(classOfError(code)).toBeString();
	});
});
