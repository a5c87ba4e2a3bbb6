/** The secret that signs identities where nobody has set one. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The secret kept in the data folder, made at the first start, readable by the owner alone. */
export function keptSecret(dataDir: string): string {
	const path = join(dataDir, 'identity.secret');
	mkdirSync(dataDir, { recursive: true });
	if (!existsSync(path))
		writeFileSync(path, Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex'), { mode: 0o600, flush: true });
	const secret = readFileSync(path, 'utf8').trim();
	if (secret.length < 32)
		throw new Error(`${path} is damaged: delete it to make a new one (guests become new people), or set IDENTITY_SECRET`);
	return secret;
}
