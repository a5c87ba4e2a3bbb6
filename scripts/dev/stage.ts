/** The development server as the supervisor runs it: what it refuses on request, and the endpoint by which pages break things. */
import * as v from 'valibot';
import { systemClock } from '../../src/lib/clock.ts';
import { createAdmission } from '../../src/lib/server/admission.ts';
import type { RealtimeServer } from '../../src/lib/server/create.ts';
import { textOf } from '../../src/lib/server/http/body.ts';
import { EVENTS_PATH } from '../../src/lib/server/http/event-stream.ts';
import { POLL_PATH } from '../../src/lib/server/http/poll.ts';
import { TICKET_PATH } from '../../src/lib/server/http/ticket.ts';
import type { Logger } from '../../src/lib/server/logging.ts';
import type { Options } from '../../src/lib/server/options.ts';
import { FAULTS_PATH, faultChange } from '../../src/lib/stores/fault-shapes.ts';
import { type Link, linkToSupervisor } from './link.ts';
import { Refusals } from './refusals.ts';

const CHANGE_BYTES = 1_024;
const standsForConnection: ReadonlySet<string> = new Set([POLL_PATH, EVENTS_PATH, TICKET_PATH]);

export interface Stage {
	/** To be served in place of the one that was given. */
	realtime: RealtimeServer;
	/** Tells the supervisor that it listens, which tells the person. */
	announce(port: number): void;
}

/** Null where no supervisor has started this process: then there is nobody who could break anything. */
export function onStage(realtime: RealtimeServer, options: Options, logger: Logger): Stage | null {
	const link = linkToSupervisor();
	if (!link) return null;
	const refusals = new Refusals();
	const admission = createAdmission(options, systemClock);
	const staged: RealtimeServer = {
		...realtime,
		websocket: refusals.around(realtime.websocket, (where, error) =>
			logger.error('unexpected error in {where}: {error}', { where, error }),
		),
		fetch(request, server) {
			const path = URL.parse(request.url)?.pathname ?? '';
			const person = standsForConnection.has(path) || path === FAULTS_PATH ? realtime.identify(request)?.id : undefined;
			if (path === FAULTS_PATH) {
				const knock = { request, address: server.requestIP(request)?.address ?? '' };
				const response = admission.originAllowed(knock)
					? answerFaults(link, refusals, request, person)
					: problem(403, 'pages of this origin may not ask: see ALLOWED_ORIGINS');
				return { handled: true, response };
			}
			const refused = person && refusals.answer(person);
			return refused ? { handled: true, response: refused } : realtime.fetch(request, server);
		},
	};
	return { realtime: staged, announce: link.ready };
}

/** GET: what is broken for whoever asks. POST: changes it. Both answer with a `FaultReport`. */
async function answerFaults(link: Link, refusals: Refusals, request: Request, person?: string): Promise<Response> {
	if (person === undefined) return problem(401, 'nobody knows who you are: open a page first');
	if (request.method !== 'GET' && request.method !== 'POST') return problem(405, 'this address takes GET and POST alone');
	const text = request.method === 'POST' ? await textOf(request, CHANGE_BYTES).catch(() => '') : null;
	const change = text === null ? null : v.safeParse(v.pipe(v.string(), v.parseJson(), faultChange), text);
	if (request.method === 'POST' && !change?.success)
		return problem(400, `no such fault: ${change?.issues.map(({ message }) => message).join('; ') ?? 'the body is too long'}`);
	const wanted = change?.success ? change.output : null;
	if (wanted) refusals.change(person, wanted);
	const report = await link.ask(person, wanted);
	return Response.json({ ...report, refuse: refusals.of(person) }, { headers: { 'cache-control': 'no-store' } });
}

const problem = (status: number, message: string) => Response.json({ message }, { status });
