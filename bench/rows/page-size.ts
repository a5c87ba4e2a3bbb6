/** What a browser loads before a room is alive. */
import { weighPage } from '../../scripts/page-weight.ts';
import { own, type Row } from './row.ts';

const kilobytes = (bytes: number) => bytes / 1_000;

export const pageSize: Row = {
	name: 'page-size',
	work: "the scripts of a room's page as they are built, gzip level 9; kB is 1000 bytes",
	peers: ['holdfast'],
	goals: [{ what: "all scripts of a room's page", most: 120, unit: 'kB', measured: own('roomKilobytes') }],
	illustrations: [{ what: 'of the home page', unit: 'kB', peer: 'holdfast', figure: 'homeKilobytes' }],
	async trial() {
		const [room, home] = await Promise.all([weighPage('rooms/[room]'), weighPage('')]);
		return { roomKilobytes: kilobytes(room.total), homeKilobytes: kilobytes(home.total) };
	},
};
