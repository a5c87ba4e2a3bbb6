/** A transport whose links do what a test tells them, and keep what they were told. */
import type { Hello, Link, LinkHandlers, Transport, TransportName } from '../../src/lib/transports/transport.ts';

export class ScriptedLink implements Link {
	transport: TransportName;
	readonly sent: string[] = [];
	readonly handlers: LinkHandlers;
	/** How often its request was made anew, for either reason. */
	renewed = 0;
	/** The code it was closed with from this side, or the other. */
	closed: number | null = null;
	hello: Hello | null = null;
	readonly refresh: (() => void) | undefined;
	readonly wake: (() => void) | undefined;

	constructor(transport: TransportName, handlers: LinkHandlers) {
		this.transport = transport;
		this.handlers = handlers;
		const renew = () => void this.renewed++;
		this.refresh = transport === 'websocket' ? undefined : renew;
		this.wake = this.refresh;
	}

	send(text: string) {
		this.sent.push(text);
	}

	close(code: number) {
		this.closed ??= code;
	}

	/** The other side is there: the link greets. Returns what it said. */
	async greets(): Promise<string> {
		this.hello ??= await this.handlers.greet();
		return this.hello();
	}

	says(...frames: object[]) {
		if (this.closed === null) this.handlers.message(JSON.stringify(frames));
	}

	/** From here on something else carries, as behind the face of the selector. */
	become(transport: TransportName) {
		this.transport = transport;
	}

	ends(code: number, reason = '', retryAfterMs?: number) {
		if (this.closed !== null) return;
		this.closed = code;
		this.handlers.close(code, reason, retryAfterMs);
	}
}

export class ScriptedTransport implements Transport {
	readonly name: TransportName;
	readonly links: ScriptedLink[] = [];

	constructor(name: TransportName) {
		this.name = name;
	}

	open(_url: string, handlers: LinkHandlers): Link {
		const link = new ScriptedLink(this.name, handlers);
		this.links.push(link);
		return link;
	}

	get last(): ScriptedLink {
		const link = this.links.at(-1);
		if (!link) throw new Error(`nobody has tried ${this.name} yet`);
		return link;
	}
}
