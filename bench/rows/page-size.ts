/** What a browser loads before a room is alive. */
import { weighPage, weighPart } from '../../scripts/page-weight.ts';
import { own, type Row } from './row.ts';

const kilobytes = (bytes: number) => bytes / 1_000;

export const pageSize: Row = {
	name: 'page-size',
	work: "the scripts of a room's page as they are built, gzip level 9; kB is 1000 bytes",
	peers: ['holdfast'],
	goals: [{ what: "all scripts of a room's page", most: 120, unit: 'kB', measured: own('roomKilobytes') }],
	illustrations: [
		{ what: 'of the home page', unit: 'kB', peer: 'holdfast', figure: 'homeKilobytes' },
		{
			what: 'the facts behind the badge, loaded once a page is alive and idle',
			unit: 'kB',
			peer: 'holdfast',
			figure: 'factsKilobytes',
		},
	],
	async trial() {
		const [room, home, facts] = await Promise.all([
			weighPage('rooms/[room]'),
			weighPage(''),
			weighPart('src/lib/components/ConnectionFacts.svelte'),
		]);
		const there = new Set(room.scripts.map(({ path }) => path));
		const later = facts.scripts.reduce((sum, { path, bytes }) => sum + (there.has(path) ? 0 : bytes), 0);
		return { roomKilobytes: kilobytes(room.total), homeKilobytes: kilobytes(home.total), factsKilobytes: kilobytes(later) };
	},
};
