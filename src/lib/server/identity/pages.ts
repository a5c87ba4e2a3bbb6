/** What pages ask of who somebody is: by the cookie alone, which is what a browser brings. */
import { answerIdentity, type IdentityDesk, identityCookie } from '../http/identity.ts';
import type { Realtime } from '../realtime.ts';

export function identityForPages(desk: IdentityDesk): Pick<Realtime, 'identify' | 'welcomeGuest' | 'renewedCookie' | 'identity'> {
	const { identities, admission } = desk;
	return {
		identify: (request) => identities.fromCookie(request.headers.get('cookie'))?.user ?? null,
		welcomeGuest(knock) {
			const issued = identities.guest();
			return { user: issued.user, cookie: identityCookie(issued, admission.isSecure(knock)) };
		},
		renewedCookie(knock) {
			const issued = identities.renew(knock.request.headers.get('cookie'));
			return issued && identityCookie(issued, admission.isSecure(knock));
		},
		identity: (knock) => answerIdentity(desk, knock),
	};
}
