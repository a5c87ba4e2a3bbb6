/**
 * WebSocket where it gets through, HTTP where it does not, and back: one transport to whoever uses it. What carries changes
 * under the same link; the messages, which know their offsets, are the same over each.
 */
import type { Cancel } from '../clock.ts';
import { Network, type NetworkOptions } from './network.ts';
import { openProbe, type Probe } from './probe.ts';
import { ABNORMAL, isSilent, type Link, type LinkHandlers, REPLACED, type Transport } from './transport.ts';

export interface SelectorOptions extends NetworkOptions {
	/** What is wanted. */
	webSocket: Transport;
	/** What is taken instead, in this order. */
	fallbacks: readonly Transport[];
}

export function selectorTransport(options: SelectorOptions): Transport {
	const network = new Network(options);
	return {
		name: 'websocket',
		open: (url, handlers) => new Selected(options, network, url, handlers),
		networkChanged: () => network.changed(),
	};
}

/** An attempt that has not brought anything yet. */
interface Attempt {
	transport: Transport;
	link: Link | null;
	/** Which of our links it was to greet; 0 before. */
	greeted: number;
}

class Selected implements Link {
	readonly #options: SelectorOptions;
	readonly #network: Network;
	readonly #url: string;
	readonly #handlers: LinkHandlers;
	#over = false;
	/** What carries, once something has come over it, and since when. */
	#carrier: Link | null = null;
	#since = 0;
	/** Links of ours that greeted, and which of them carries: the server keeps the last one, and replaces those before. */
	#greetings = 0;
	#carrierGreeted = 0;
	readonly #attempts = new Set<Attempt>();
	/** What is left to be tried, in this order. */
	readonly #ways: Transport[];
	#probe: Probe | null = null;
	/** The server has given the session to the probe, which is not ready yet: nothing carries. */
	#orphaned = false;
	#cancelSlow: Cancel = () => {};
	#cancelProbe: Cancel = () => {};

	constructor(options: SelectorOptions, network: Network, url: string, handlers: LinkHandlers) {
		this.#options = options;
		this.#network = network;
		this.#url = url;
		this.#handlers = handlers;
		const fallbacks = options.fallbacks.slice(network.fallback);
		this.#ways = network.blocked ? [...fallbacks, options.webSocket] : [options.webSocket, ...fallbacks];
		this.#tryNext();
		// Last: it must not run where opening throws.
		this.#cancelSlow = options.clock.setTimeout(() => this.#tryNext(), network.times.slow);
	}

	get transport() {
		return this.#carrier?.transport ?? this.#options.webSocket.name;
	}

	/** Only what carries takes anything; in between, whoever sends keeps it, and sends it again after the next welcome. */
	send(text: string) {
		if (!this.#orphaned) this.#carrier?.send(text);
	}

	get outdated() {
		return this.#carrierGreeted < this.#greetings;
	}

	/** Present while over HTTP alone: over WebSocket frames say it. */
	get refresh() {
		return this.#carrier?.refresh && (() => this.#refresh());
	}

	wake() {
		this.#carrier?.wake?.();
		if (this.#carrier && this.transport !== 'websocket' && !this.#probe) this.#startProbe();
	}

	close(code: number, reason: string) {
		if (this.#over) return;
		this.#end();
		this.#carrier?.close(code, reason);
	}

	#end() {
		this.#over = true;
		this.#cancelSlow();
		this.#cancelProbe();
		this.#probe?.cancel();
		for (const { link } of this.#attempts) link?.close(1000, '');
		this.#attempts.clear();
	}

	#finish(...how: Parameters<LinkHandlers['close']>) {
		if (this.#over) return;
		this.#end();
		this.#handlers.close(...how);
	}

	#greet() {
		this.#greetings += 1;
		return this.#handlers.greet();
	}

	#notice(type: 'tried' | 'carries', transport: Transport | Link, probe = false) {
		this.#handlers.notice?.({ type, transport: 'name' in transport ? transport.name : transport.transport, probe });
	}

	#try(transport: Transport) {
		const attempt: Attempt = { transport, link: null, greeted: 0 };
		this.#attempts.add(attempt);
		this.#notice('tried', transport);
		const isCarrier = () => attempt.link !== null && this.#carrier === attempt.link;
		attempt.link = transport.open(this.#url, {
			greet: () => {
				attempt.greeted = this.#greetings + 1;
				return this.#greet();
			},
			message: (text) => {
				if (this.#attempts.has(attempt) && attempt.link) this.#carry(attempt.link, attempt);
				if (isCarrier()) this.#handlers.message(text);
			},
			close: (...how) => {
				if (isCarrier()) this.#lost(...how);
				else if (this.#attempts.delete(attempt)) this.#failed(attempt, ...how);
			},
		});
	}

	/** Something has come over a link: what else was being tried is given up. */
	#carry(link: Link, attempt: Attempt) {
		this.#attempts.delete(attempt);
		for (const other of this.#attempts) other.link?.close(1000, '');
		const beaten = this.#attempts.size > 0;
		this.#attempts.clear();
		this.#cancelSlow();
		this.#carrier = link;
		this.#carrierGreeted = attempt.greeted;
		this.#since = this.#options.clock.now();
		this.#notice('carries', link);
		if (link.transport === 'websocket') return this.#network.opened();
		if (beaten) this.#network.failed(false);
		this.#network.fallback = this.#options.fallbacks.indexOf(attempt.transport);
		this.#scheduleProbe();
	}

	/** An attempt ended before anything came. Only silence leads to another way: a refusal is an answer. */
	#failed(attempt: Attempt, ...how: Parameters<LinkHandlers['close']>) {
		const { transport } = attempt;
		const [code, reason, retryAfterMs] = how;
		this.#handlers.notice?.({ type: 'failed', transport: transport.name, probe: false, code, reason });
		const isBeaten = code === REPLACED && attempt.greeted < this.#greetings;
		if (!isSilent(code) && !isBeaten) return this.#finish(...how);
		if (transport === this.#options.webSocket) this.#network.failed(false);
		if (transport !== this.#options.webSocket || this.#network.doubtful) this.#tryNext();
		if (this.#attempts.size === 0) this.#finish(isBeaten ? ABNORMAL : code, reason, retryAfterMs);
	}

	/** Tries the next way, unless two are being tried: a WebSocket is left to itself, the ways over HTTP follow each other. */
	#tryNext() {
		if (this.#over || this.#carrier || this.#attempts.size > 1) return;
		const transport = this.#ways.shift();
		if (transport) this.#try(transport);
	}

	/** What carried has ended. */
	#lost(...given: Parameters<LinkHandlers['close']>) {
		const [code] = given;
		// Another link of ours was: nobody else has come.
		const isOurs = code === REPLACED && this.outdated;
		const how: typeof given = isOurs ? [ABNORMAL, 'The session went to a link that did not last.'] : given;
		if (this.transport === 'websocket') {
			if (isSilent(code)) this.#network.broke(this.#options.clock.now() - this.#since);
		} else if (this.#probe && (isOurs || this.#probe.welcomed)) {
			// The word of it may come before the probe's welcome. From here on the probe's end is the end.
			this.#orphaned = true;
			return;
		}
		this.#finish(...how);
	}

	#refresh() {
		this.#carrier?.refresh?.();
		if (!this.#probe) return;
		// It has asked for other rooms than there are now.
		this.#probe.cancel();
		this.#startProbe();
	}

	#scheduleProbe(atLeast = 0) {
		this.#cancelProbe();
		const pause = Math.max(atLeast, this.#network.probeAfter());
		this.#cancelProbe = this.#options.clock.setTimeout(() => this.#startProbe(), pause);
	}

	#startProbe() {
		if (this.#over) return;
		const { webSocket, clock } = this.#options;
		this.#cancelProbe();
		const greetings = this.#greetings;
		this.#notice('tried', webSocket, true);
		this.#probe = openProbe(webSocket, this.#url, clock, this.#network.times.probeTimeout, {
			greet: () => this.#greet(),
			message: (text) => this.#handlers.message(text),
			ready: (link, welcome) => this.#move(link, welcome),
			close: (...how) => {
				if (this.transport === 'websocket') return this.#lost(...how);
				// Rooms that were being answered when it asked for them too may be waiting for its answer.
				if (this.#greetings > greetings) this.#carrier?.refresh?.();
				this.#probeFailed(...how);
			},
		});
	}

	/** Everything is live over the WebSocket: it carries from here on. */
	#move(link: Link, welcome: string) {
		const old = this.#carrier;
		this.#probe = null;
		this.#orphaned = false;
		this.#carrier = link;
		this.#carrierGreeted = this.#greetings;
		this.#since = this.#options.clock.now();
		this.#network.opened();
		this.#notice('carries', link, true);
		old?.close(1000, '');
		this.#handlers.message(welcome);
	}

	#probeFailed(...how: Parameters<LinkHandlers['close']>) {
		const [code, reason, retryAfterMs] = how;
		this.#probe = null;
		this.#handlers.notice?.({ type: 'failed', transport: 'websocket', probe: true, code, reason });
		// A refusal has come through.
		if (isSilent(code)) this.#network.failed(true);
		if (this.#orphaned) this.#finish(...how);
		else this.#scheduleProbe(retryAfterMs);
	}
}
