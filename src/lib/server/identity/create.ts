/** Everything that says who somebody is, put together. */
import type { Clock } from '../../clock.ts';
import { createAdmin } from '../admin.ts';
import type { Report } from '../errors.ts';
import { createIdentities } from '../identity.ts';
import type { Options } from '../options.ts';
import { Tickets } from '../tickets.ts';
import { Credentials } from './credentials.ts';
import { keptSecret } from './secret.ts';
import { SignOuts } from './sign-outs.ts';
import { Tokens } from './tokens.ts';

/** @param open whoever looks sees everything, without a token: development */
export function createIdentity(options: Options, { clock, report, open }: { clock: Clock; report: Report; open: boolean }) {
	const signOuts = new SignOuts(options.dataDir, clock.wall);
	const [current = keptSecret(options.dataDir), ...older] = options.identitySecrets ?? [];
	const identities = createIdentities([current, ...older], clock.wall, signOuts.isVoid);
	const tokens = new Tokens(options.jwt, clock, report);
	const admin = createAdmin({ token: options.admin.token, open, isIdentity: (bearer) => tokens.takes(bearer) }, clock);
	const tickets = new Tickets(clock);
	const credentials = new Credentials({ admin, identities, tickets, tokens, isVoid: signOuts.isVoid });
	return { signOuts, identities, admin, tickets, credentials };
}
