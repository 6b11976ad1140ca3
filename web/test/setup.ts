import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

import { leaveFor, reload } from '../src/navigate';

// A page of the dashboard is compiled when it is first opened, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 8_000 });

// jsdom cannot leave a page; tests look at where it would have gone.
vi.mock('../src/navigate', () => ({ leaveFor: vi.fn(), reload: vi.fn() }));

// The library asks for these; jsdom has neither.
vi.stubGlobal('matchMedia', (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);

afterEach(() => {
  cleanup();
  vi.mocked(leaveFor).mockReset();
  vi.mocked(reload).mockReset();
  window.history.replaceState(null, '', '/');
});
