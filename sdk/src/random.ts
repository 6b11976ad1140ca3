/** So many random bytes. Throws where the platform has no cryptography. */
export function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return platformCrypto().getRandomValues(new Uint8Array(count));
}

/** A key that names one request: 32 characters that no other request has. */
export function requestKey(): string {
  // Node.js 18 has no global crypto. A request key must be unique, not secret, so it may be made without.
  const bytes = globalThis.crypto ? randomBytes(24) : Uint8Array.from({ length: 24 }, () => Math.random() * 256);
  return base64url(bytes);
}

/** The SHA-256 of a text, as base64url. Throws on pages that are not secure. */
export async function sha256(text: string): Promise<string> {
  const { subtle } = platformCrypto();
  if (!subtle) {
    throw new Error('DreamAPI: signing in needs a secure page: https, or http on localhost or 127.0.0.1');
  }
  return base64url(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

function platformCrypto(): Crypto {
  if (!globalThis.crypto) throw new Error('DreamAPI: signing in needs Web Crypto: a browser, or Node.js 20 or newer');
  return globalThis.crypto;
}

/** Bytes as base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
