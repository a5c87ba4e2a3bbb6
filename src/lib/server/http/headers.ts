/** What every answer tells a browser, so that it runs, frames, sniffs and hands on nothing that is not ours. */

/** Half a year, in seconds: long enough to protect, short enough to take back. */
const HTTPS_SECONDS = 15_552_000;

/** An answer of the API is data: whatever a browser takes it for, nothing in it runs. */
const ofData = {
	'x-content-type-options': 'nosniff',
	'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};
const ofPages = {
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'same-origin',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

export function protectData(response: Response): Response {
	for (const [name, value] of Object.entries(ofData)) response.headers.set(name, value);
	return response;
}

/** The page's own policy comes from Kit, which knows its nonce. @param host that of the request, as its browser says it */
export function protectPage(response: Response, host: string | null, secure: boolean): Response {
	const { headers } = response;
	// A page may ask for less.
	for (const [name, value] of Object.entries(ofPages)) if (!headers.has(name)) headers.set(name, value);
	if (secure) headers.set('strict-transport-security', `max-age=${HTTPS_SECONDS}`);
	const policy = headers.get('content-security-policy');
	// Not every browser takes 'self' for WebSockets too. What is no plain host is not put into a policy.
	if (policy && host && /^[\w.-]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i.test(host))
		headers.set('content-security-policy', policy.replace("connect-src 'self'", `connect-src 'self' ws://${host} wss://${host}`));
	return response;
}
