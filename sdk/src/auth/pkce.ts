import { base64url, randomBytes, sha256 } from '../random';

/** A secret that proves, when the code comes back, who asked for it: 43 characters (RFC 7636, 4.1). */
export function newVerifier(): string {
  return base64url(randomBytes(32));
}

/** What may be told of a verifier: the base64url of its SHA-256 (RFC 7636, 4.2, method S256). */
export function challengeOf(verifier: string): Promise<string> {
  return sha256(verifier);
}
