/** The window of a page; null on servers and in workers. */
export function currentPage(): Window | null {
  return typeof window === 'undefined' || typeof window.document === 'undefined' ? null : window;
}

/** Whether this code was sent to somebody's browser, where nothing is secret: a page or a worker of one. */
export function isBrowser(): boolean {
  // Servers name themselves: Node.js/22, Deno/2, Bun/1, Cloudflare-Workers.
  const agent = typeof navigator === 'undefined' ? undefined : navigator.userAgent;
  return currentPage() !== null || agent?.startsWith('Mozilla/') === true;
}

/** An address with the page's origin before it, if it has none. On a server it stays as it is. */
export function absoluteUrl(url: string): string {
  const page = currentPage();
  if (!page || /^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
  // Checkout fills this word in, so its braces must stay.
  return new URL(url, page.location.origin).toString().replace('%7BCHECKOUT_SESSION_ID%7D', '{CHECKOUT_SESSION_ID}');
}
