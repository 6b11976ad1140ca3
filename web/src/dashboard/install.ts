/** The pages that the service worker looks after. */
const SCOPE = '/dashboard';

/**
 * Lets the browser install the dashboard as an app, and say so in our words when the server cannot be reached. Where a
 * browser has no service workers, or forbids them, the dashboard works as well without.
 */
export function offerToInstall(document: Document, workers: ServiceWorkerContainer | undefined) {
  const link = document.createElement('link');
  link.rel = 'manifest';
  link.href = '/manifest.webmanifest';
  document.head.append(link);
  workers?.register('/sw.js', { scope: SCOPE }).catch(() => undefined);
}
