import { currentPage } from '../browser';

/** Where a sign-in is kept. `localStorage` is one; the methods may also answer promises. */
export interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/**
 * Keeps a sign-in until the page or process ends.
 *
 * @example
 * ```ts
 * const api = new DreamAPI({ publishableKey, storage: memoryStorage() });
 * ```
 */
export function memoryStorage(): SessionStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** `localStorage` where the browser allows it, else memory. */
export function defaultStorage(): SessionStorage {
  return pageStorage('localStorage') ?? memoryStorage();
}

/** A storage of the page; null on servers and where the browser forbids it. */
export function pageStorage(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    const storage = currentPage()?.[name];
    // Some browsers hand it out and then refuse to write.
    storage?.setItem('dream_probe', '1');
    storage?.removeItem('dream_probe');
    return storage ?? null;
  } catch {
    return null;
  }
}
