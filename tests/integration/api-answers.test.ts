/** docs/API.md shows what the server answers: its examples are held against the schemas, and its commands and addresses against the server. */
import { afterAll, beforeAll, expect, it } from 'bun:test';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import {
	connectionOrders,
	connections,
	errors,
	health,
	metrics,
	sample,
	series,
	seriesNames,
	status,
} from '../../src/lib/protocol/status.ts';
import { type Operated, startOperated, withToken } from './operator.ts';

const document = await Bun.file(join(resolve(import.meta.dir, '../..'), 'docs/API.md')).text();
const examples = [...document.matchAll(/^```json (\w+)\n(.*?)^```$/gms)].map(([, name = '', text = '']): [string, unknown] => [
	name,
	JSON.parse(text),
]);
const schemas: Record<string, v.GenericSchema> = { health, metrics, errors, connections };

let server: Operated;
beforeAll(async () => {
	server = await startOperated();
});
afterAll(() => server.close());

it('there is an example of each', () => {
	expect(examples.map(([name]) => name).sort()).toEqual(Object.keys(schemas).sort());
});

it.each(examples)('%s: the example is one, with every field and no other', (name, example) => {
	const schema = schemas[name];
	if (!schema) throw new Error(`no schema ${name}`);
	// What a schema does not know it leaves out.
	expect(v.parse(schema, example)).toEqual(example);
});

it.each(examples)('%s: the server’s own answer has the fields of the example', async (name, example) => {
	const told: unknown = await (await server.ask(name, { headers: withToken })).json();
	const fieldsOf = (value: unknown) => Object.keys(v.parse(v.record(v.string(), v.unknown()), value)).sort();
	expect(fieldsOf(told)).toEqual(fieldsOf(example));
});

it('every field of the status, every series and every order is named', () => {
	const fields = [status, sample, series].flatMap(({ entries }) => Object.keys(entries));
	for (const name of [...fields, ...seriesNames, ...connectionOrders]) expect(document).toContain(`\`${name}\``);
});

it('every address that a command asks is one', async () => {
	const commands = [...document.matchAll(/^curl (.*?)'?http:\/\/localhost:3001([^'\n]+)'?$/gm)];
	expect(commands.length).toBeGreaterThan(8);
	for (const [, options = '', path = ''] of commands) {
		const method = /-X (\w+)/.exec(options)?.[1] ?? (options.includes('-d ') ? 'POST' : 'GET');
		const { status } = await server.ask(path, { method, headers: withToken });
		// Without a body, and with the id of a connection that is long gone.
		expect([path, status]).toEqual([
			path,
			path.includes('?id=') ? 404 : method === 'GET' ? 200 : options.includes('-d ') ? 400 : 204,
		]);
	}
});
