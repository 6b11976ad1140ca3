import { isWebAddress } from './address';

/** Leaves for an address of the web; the page does not stay in the history. */
export function leaveFor(url: string) {
  if (!isWebAddress(url, window.location.href)) throw new Error('The address is not one of the web.');
  window.location.replace(url);
}

/** Loads the page again, so that the server tells anew who is signed in. */
export function reload() {
  window.location.reload();
}
