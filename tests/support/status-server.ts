/** A server over HTTP in memory with one room, which says how things stand each second and has no messages: fresh, resumed or reset, at offset 0. */
import type { Clock } from '../../src/lib/clock.ts';
import { decodeClient } from '../../src/lib/protocol/codec.ts';
import type { Hello } from '../../src/lib/protocol/frames.ts';
import type { Fetch } from '../../src/lib/transports/http-request.ts';

/** How long an event stream lasts, in milliseconds. */
const LIFETIME = 50_000;

export class StatusServer {
	readonly hellos: Hello[] = [];
	/** Another one after a restart. */
	boot = 'boot-1';
	readonly #clock: Clock;
	readonly #room: string;
	#second = 0;
	/** Called with each second's frame. */
	#listeners = new Set<(frame: object) => void>();

	constructor(clock: Clock, room: string) {
		this.#clock = clock;
		this.#room = room;
		const tick = () => {
			clock.setTimeout(tick, 1_000);
			this.#second += 1;
			for (const listener of [...this.#listeners]) listener({ type: 'state', room, state: this.state });
		};
		clock.setTimeout(tick, 1_000);
	}

	get state() {
		return { boot: this.boot, second: this.#second };
	}

	readonly fetch: Fetch = (url, { body, signal }) => {
		const [decoded] = decodeClient(String(body));
		if (!decoded?.ok || decoded.frame.type !== 'hello') throw new Error(`expected a hello: ${body}`);
		const hello = decoded.frame;
		this.hellos.push(hello);
		const aborted = new Promise<never>((_, reject) => {
			signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
		});
		return Promise.race([url.endsWith('events') ? this.#stream(hello) : this.#poll(hello), aborted]);
	};

	async #poll(hello: Hello): Promise<Response> {
		const frames = this.#answers(hello);
		if (hello.waitMs)
			frames.push(
				await new Promise<object>((resolve) => {
					const listen = (frame: object) => {
						this.#listeners.delete(listen);
						resolve(frame);
					};
					this.#listeners.add(listen);
				}),
			);
		return Response.json(frames);
	}

	async #stream(hello: Hello): Promise<Response> {
		const body = new ReadableStream<Uint8Array>({
			start: (controller) => {
				const say = (...frames: object[]) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(frames)}\n\n`));
				say(...this.#answers(hello));
				this.#listeners.add(say);
				this.#clock.setTimeout(() => {
					this.#listeners.delete(say);
					controller.close();
				}, LIFETIME);
			},
		});
		return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
	}

	#answers(hello: Hello): object[] {
		const asked = hello.rooms.filter(({ room }) => room === this.#room);
		const resultOf = (epoch?: string) => (epoch === undefined ? 'fresh' : epoch === this.boot ? 'resumed' : 'reset');
		return [
			{
				...{ type: 'welcome', version: 1, session: 's', connection: 'c', user: { id: 'ann', name: 'Ann' }, resumed: true },
				...{ server: { node: 'a', boot: this.boot, version: '0' }, heartbeat: { intervalMs: 30_000, timeoutMs: 10_000 } },
				...{ limits: { frameBytes: 65_536, inFlight: 64 }, spreadMs: 0 },
			},
			...asked.flatMap(({ room, epoch }) => [
				{ type: 'subscribed', room, result: resultOf(epoch), epoch: this.boot, offset: 0, state: this.state },
				{ type: 'live', room, offset: 0 },
			]),
		];
	}
}
