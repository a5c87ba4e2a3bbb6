/** T-67: until the reveal no card leaves the server, whatever is asked: frames over every transport, history, pages, figures, logs. */
import { expect, it } from 'bun:test';
import { EventStream } from '../support/event-stream.ts';
import { helloOf, poll } from '../support/poll.ts';
import { until } from '../support/until.ts';
import { startLogged } from './log-lines.ts';
import { token, withToken } from './operator.ts';

const CARDS = ['card-of-ann', 'card-of-bob', 'card-of-cid'];
/** The deck itself is no secret. */
const withoutDecks = (text: string) => text.replaceAll(/\\?"(?:deck|cards)\\?":\[[^\]]*\]/g, '');
const exposes = (text: string) => CARDS.filter((card) => withoutDecks(text).includes(card));

it('T-67 three people vote over three transports, change, take back -> nobody is shown a card before the reveal, then everybody is', async () => {
	const server = await startLogged('trace', { env: { ADMIN_TOKEN: token } });
	const heard: string[] = [];
	try {
		const ann = await server.peer('Ann');
		await ann.hello({ rooms: ['planning'] });
		await ann.publish('planning', '', { kind: 'deck', data: { cards: [...CARDS, 'other'] } });
		const bob = { cookie: await server.cookie('Bob') };
		const cid = { cookie: await server.cookie('Cid') };
		const stream = await EventStream.open(server.url, {
			body: [helloOf('cid', { rooms: ['planning'] })],
			received: (text) => heard.push(text),
			...cid,
		});
		await stream.next('live');
		let seq = 0;
		const vote = (value: string | null) => ({
			type: 'publish',
			room: 'planning',
			seq: ++seq,
			kind: 'vote',
			data: { round: 1, value },
		});

		await ann.publish('planning', '', { kind: 'vote', data: { round: 1, value: CARDS[0] } });
		const held = poll(server.url, [helloOf('bob', { rooms: ['planning'], waitMs: 5_000 })], bob);
		const sent = await poll(server.url, [helloOf('bob'), vote(CARDS[1] ?? ''), vote('other'), vote(CARDS[1] ?? '')], bob);
		expect(sent.types.filter((type) => type === 'ack')).toHaveLength(3);
		seq = 0;
		await poll(server.url, [helloOf('cid'), vote(CARDS[2] ?? ''), vote(null), vote(CARDS[2] ?? '')], cid);
		heard.push((await held).text, sent.text);

		const late = await server.peer('Late');
		await late.hello({ rooms: ['planning'] });
		late.send({ type: 'history', room: 'planning', before: 100, limit: 100 });
		await late.next('history');
		heard.push((await poll(server.url, [helloOf('bob', { rooms: [{ room: 'planning', offset: 0, epoch: 'x' }] })], bob)).text);
		const recent = await server.realtime.recent({ id: late.all('welcome')[0]?.user.id ?? '', name: 'Late' }, 'planning');
		const paths = ['metrics', 'status', 'errors', 'connections', 'health'].map((name) => `/api/websocket/${name}`);
		for (const path of [...paths, '/metrics', '/api/room/rounds?room=planning', '/api/room/rounds?room=planning&format=csv'])
			heard.push(await (await fetch(server.url + path, { headers: { ...withToken, ...bob } })).text());
		const known = () => [...ann.frames, ...late.frames].map((frame) => JSON.stringify(frame));
		await until(() => known().some((text) => text.includes('"type":"state"')), 'the state was told');
		for (const text of [...heard, ...known(), JSON.stringify(recent), server.text()]) expect(exposes(text)).toEqual([]);
		expect(heard.join()).toContain('"voted":true');

		await ann.publish('planning', '', { kind: 'reveal', data: { round: 1 } });
		const reveal = await stream.next('message', ({ kind }) => kind === 'reveal');
		expect(exposes(JSON.stringify(reveal.data))).toEqual(CARDS);
		expect(exposes(server.text())).toEqual([]);
		stream.close();
	} finally {
		await server.close();
	}
});
