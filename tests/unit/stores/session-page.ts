/** A page in a process of its own, with Svelte's reactivity as in a browser: prints what is read of a session as it changes. */
import { get, type Readable, toStore } from 'svelte/store';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeServer } from '../../support/fake-server.ts';

// What a store asks of its page, as early as it is loaded.
const document = Object.assign(new EventTarget(), { visibilityState: 'visible', cookie: '' });
const window = Object.assign(new EventTarget(), { matchMedia: () => new EventTarget() });
Object.assign(globalThis, { window, document });
const { Session } = await import('../../../src/lib/stores/session.svelte.ts');

const clock = new FakeClock();
const server = new FakeServer(clock);
const session = new Session({ sessionId: 'sprint 7', transport: server.transport, clock, page: {} });
const open = () => server.connections.filter(({ over }) => !over).length;
const say = (...words: unknown[]) => console.log(...words);

/** Renders as a component does: an effect that reads, until it is unmounted. */
function mount(name: string, read: () => unknown): () => void {
	const store: Readable<unknown> = toStore(read);
	let shown = '';
	return store.subscribe((value) => {
		if (String(value) !== shown) say(`${name}: ${value}`);
		shown = String(value);
	});
}

/** Frames arrive, and what they change is drawn. */
async function settle(ms = 50) {
	await clock.advance(ms);
	await new Promise((resolve) => setImmediate(resolve));
	await clock.advance(ms);
}

say(`read outside of a component: ${session.snapshot.state}, ${open()} connections`);
say(`sent unmounted: ${await session.send('chat', { text: 'no' }).catch((error: Error) => error.message)}`);

const unmountBadge = mount('badge', () => session.snapshot.state);
await settle();
const unmountChat = mount('chat', () => session.messages.map(({ text, status }) => `${text} ${status}`).join(', ') || 'empty');
const unmountTopic = mount('topic', () => session.state?.estimation?.topic ?? 'none');
say(`two more readers: ${open()} connections`);
say(`vote: ${await session.sendVote('5').catch((error: Error) => error.message)}`);

server.write('sprint 7', { text: 'from somebody' });
session.room.send('from us');
await settle();
const estimation = { round: 1, topic: 'login', deck: ['5'], revealed: false, votes: {}, facilitator: 'ann' };
server.last.send({ type: 'state', room: 'sprint 7', state: { estimation } });
await settle();
await Promise.all([session.sendVote('5'), settle()]);
say(`voted: ${JSON.stringify(server.log('sprint 7').messages.at(-1)?.data)}`);

unmountBadge();
await settle();
say(`the first reader is gone: ${open()} connections`);
server.write('sprint 7', { text: 'still heard' });
await settle();
unmountTopic();
unmountChat();
await settle();
say(`all readers are gone: ${open()} connections`);

server.write('sprint 7', { text: 'missed' });
const unmount = mount('chat again', () => session.messages.map(({ text }) => text).join(', '));
await settle();
await settle();
const [room] = server.last.hello?.rooms ?? [];
say(`resumed from ${room?.offset}, ${open()} connections, ${get(toStore(() => session.snapshot.isConnected))}`);
unmount();
await settle();
say(`at the end: ${open()} connections`);
