/** A page in a process of its own, with Svelte's reactivity as in a browser: prints what one person sees of an estimation as it goes on. */
import { toStore } from 'svelte/store';
import { createClient } from '../../../../src/lib/client/create.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeServer } from '../../../support/fake-server.ts';

const window = new EventTarget();
Object.assign(globalThis, { window });
const { Room } = await import('../../../../src/lib/stores/room.svelte.ts');
const { Estimating } = await import('../../../../src/lib/stores/estimation/estimating.svelte.ts');

const clock = new FakeClock();
const server = new FakeServer(clock);
const box = new Map<string, string>();
const shelf = {
	getItem: (key: string) => box.get(key) ?? null,
	setItem: (key: string, value: string) => void box.set(key, value),
};
const say = (...words: unknown[]) => console.log(...words);

async function settle(ms = 50) {
	await clock.advance(ms);
	await new Promise((resolve) => setImmediate(resolve));
	await clock.advance(ms);
}

const start = { round: 1, topic: '', deck: ['1', '5'], revealed: false, votes: {}, facilitator: 'ann' };
server.states.set('r', { estimation: start });
const tell = async (part: object) => {
	server.last.send({ type: 'state', room: 'r', state: { estimation: { ...start, ...part } } });
	await settle();
};
const client = createClient({ transport: server.transport, clock, page: {}, logger: { debug: () => {}, error: () => {} } });
const me = () => client.user;

/** What is shown, from the moment that a page begins to show it. */
function show(name: string) {
	const room = new Room('r');
	const estimating = new Estimating(room, shelf);
	const stops = [estimating.open(client), room.open(client)];
	let shown = '';
	const seen = toStore(() => {
		const view = estimating.view(me(), null);
		const { choice } = view ?? {};
		const card = choice?.name === 'made' ? `${choice.value} ${choice.delivery}` : choice?.name;
		return `${card}, ${estimating.problem ? `${estimating.problem.kind} ${estimating.problem.code}` : 'no problem'}`;
	});
	const stop = seen.subscribe((text) => {
		if (text !== shown) say(`${name}: ${text}`);
		shown = text;
	});
	return {
		estimating,
		close() {
			stop();
			for (const each of stops) each();
		},
	};
}

client.connect();
await settle();
const page = show('page');
await settle();
const mine = () => ({ [me()?.id ?? '']: { voted: true, value: null } });

page.estimating.choose('5');
await settle();
say(`kept: ${box.get('holdfast.cards')}`);
await tell({ votes: mine() });

say('a card that is refused');
server.refuse = () => ({ code: 'stale-round' });
page.estimating.choose('1');
await settle();
say(`waiting: ${client.outbox('r').length}`);
server.refuse = () => null;

say('reloaded');
page.close();
const again = show('again');
await settle();
await tell({ votes: mine() });

say('taken back, and the round is over');
again.estimating.choose(null);
await settle();
await tell({ round: 2 });

say('another tab of this browser votes');
await tell({ round: 2, votes: mine() });
box.set('holdfast.cards', JSON.stringify([{ room: 'r', round: 2, user: me()?.id, value: '1', offset: 99 }]));
window.dispatchEvent(Object.assign(new Event('storage'), { key: 'holdfast.cards' }));
await settle();
again.close();
client.close();
