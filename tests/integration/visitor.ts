/** A real client of a real server, on a clock in the test's hand: time passes for the client alone. */
import { WebSocket } from 'ws';
import { type Client, type ClientOptions, createClient } from '../../src/lib/client/index.ts';
import type { Link, Transport } from '../../src/lib/transports/transport.ts';
import { webSocketTransport } from '../../src/lib/transports/websocket.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { until } from '../support/until.ts';

export class Visitor {
	readonly clock = new FakeClock();
	readonly client: Client;

	/** @param headers with everything that is asked: a cookie, an origin */
	constructor(url: string, headers: Record<string, string>, options: ClientOptions = {}) {
		this.client = createClient({
			url: `${url}/api/websocket`,
			fetch: (address, init) =>
				fetch(address, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...headers } }),
			transport: webSocketTransport((address) => new WebSocket(address, { headers })),
			webSocket: (address) => new WebSocket(address, { headers }),
			clock: this.clock,
			logger: { debug() {}, error() {} },
			// Nothing but what a test does goes over the wire.
			heartbeatInterval: 80_000_000,
			...options,
		});
		this.client.connect();
	}

	/** Waits until something holds; time passes meanwhile, so that pauses end. */
	async pass(holds: () => boolean, what: string): Promise<void> {
		await until(async () => {
			if (!holds()) await this.clock.advance(200);
			return holds();
		}, what);
	}
	reach = (name: Client['state']['name']) => this.pass(() => this.client.state.name === name, `the client is ${name}`);

	/** Waits for a drop, without letting time pass. */
	dropped = () => until(() => this.client.state.name !== 'connected', 'the client has dropped');

	async diagnose() {
		const diagnosis = await this.client.diagnose();
		// Another run must not get the same answer.
		await this.clock.advance(1_000);
		return diagnosis;
	}

	/** What the history says of the last connection that had been up. */
	get explained() {
		return this.client.getErrorHistory().findLast(({ connectedMs }) => connectedMs > 0)?.diagnosis;
	}
}

/** A WebSocket whose link is at hand, and whose hello can be changed. */
export function meddling(cookie: string, change = (hello: string) => hello) {
	const links: Link[] = [];
	const inner = webSocketTransport((address) => new WebSocket(address, { headers: { cookie } }));
	const transport: Transport = {
		name: 'websocket',
		open(url, handlers) {
			const greet = async () => {
				const hello = await handlers.greet();
				return (request?: Parameters<typeof hello>[0]) => change(hello(request));
			};
			const link = inner.open(url, {
				...handlers,
				message: (text) => handlers.message(text),
				close: (...how) => handlers.close(...how),
				greet,
			});
			links.push(link);
			return link;
		},
	};
	return { transport, links };
}
