import { base64url, platformCrypto, randomBytes } from '../random';

/** A secret that proves, when the code comes back, who asked for it: 43 characters (RFC 7636, 4.1). */
export function newVerifier(): string {
  return base64url(randomBytes(32));
}

/** What may be told of a verifier: the base64url of its SHA-256 (RFC 7636, 4.2, method S256). */
export async function challengeOf(verifier: string): Promise<string> {
  const { subtle } = platformCrypto();
  if (!subtle) {
    throw new Error('DreamAPI: signing in needs a secure page: https, or http on localhost or 127.0.0.1');
  }
  return base64url(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}
