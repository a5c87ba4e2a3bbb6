/** `GET /api/room/rounds`: the rounds of a room that were revealed, as JSON or as a table to take along. */
import * as v from 'valibot';
import { closeCode } from '../../protocol/codes.ts';
import { type PastRound, revealed } from '../../protocol/estimation.ts';
import { message, roomName } from '../../protocol/frames.ts';
import type { MessageLog } from '../log/message-log.ts';
import { NOT_OPEN } from '../rights.ts';
import { answerOf } from './compression.ts';
import { queryOf } from './query.ts';
import { noStore } from './reading.ts';
import { Refused } from './refusal.ts';
import { identify, spend } from './request.ts';
import type { Route } from './route.ts';

export const ROUNDS_PATH = '/api/room/rounds';
const roundsQuery = v.strictObject({
	room: v.optional(v.pipe(v.string(), v.nonEmpty('expected the name of a room'), roomName), ''),
	format: v.optional(v.picklist(['json', 'csv'], 'expected json or csv'), 'json'),
});

export const answerRounds: Route['answer'] = async (to, request, server) => {
	const { address, user } = await identify(to, request, server);
	spend(to.admission.take(address), user);
	const { room, format } = queryOf(roundsQuery, request);
	// The same for one that is not there as for one that is not open.
	if (!to.rights.mayEnter(user, room)) throw new Refused(closeCode.forbidden, NOT_OPEN, { user: user.id });
	const rounds = await roundsOf(to.log, room);
	const headers = { ...noStore, 'x-content-type-options': 'nosniff', vary: 'accept-encoding' };
	if (format === 'json')
		return answerOf(request, JSON.stringify({ rounds }), new Headers({ ...headers, 'content-type': 'application/json' }));
	const attachment = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="rounds.csv"' };
	return answerOf(request, csvOf(rounds), new Headers({ ...headers, ...attachment }));
};

/** Oldest first. Those that the retention has trimmed are missing. */
async function roundsOf(log: MessageLog, room: string): Promise<PastRound[]> {
	const { reveals } = await log.view(room);
	const rounds = await Promise.all(
		reveals.map(async (offset) => {
			const [stored] = await log.read(room, offset, offset);
			if (!stored) return [];
			const { data, at } = v.parse(message, JSON.parse(stored.frame));
			return [{ ...v.parse(revealed, data), offset, at }];
		}),
	);
	return rounds.flat();
}

/** A line for each vote, as RFC 4180 has it, with a mark at its beginning by which spreadsheets know that it is Unicode. */
export function csvOf(rounds: readonly PastRound[]): string {
	const lines = rounds.flatMap(({ round, topic, at, votes, names }) =>
		Object.entries(votes).map(([id, value]) => [round, topic, new Date(at).toISOString(), names[id] ?? id, value]),
	);
	return `\ufeff${[['round', 'topic', 'revealed', 'person', 'vote'], ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** What begins like a formula is a text: a spreadsheet must not run what somebody called their topic. */
function cell(value: string | number): string {
	const text = String(value);
	const harmless = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
