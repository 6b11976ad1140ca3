import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ComponentType } from 'react';
import { type Mock, vi } from 'vitest';

import { type PageContext, parseContext } from '../src/context';
import { PageContextProvider } from '../src/parts/page-context';
import { theme } from '../src/theme';

/** Somebody who is signed in. */
export const ADA = {
  id: 'user_1',
  email: 'ada@example.com',
  emailVerified: true,
  plan: 'free',
  publishableKey: 'pk_test_1',
  createdAt: 0,
};

const WAY =
  '?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2F&code_challenge=abc&code_challenge_method=S256&state=s1';

/** A context of a project in test mode, changed in what matters to a test. */
export function contextWith(changes: Partial<PageContext> = {}): PageContext {
  return {
    ...parseContext('{}'),
    publishableKey: 'pk_test_1',
    mode: 'test',
    project: { name: 'Weather', kind: 'saas', logoUrl: null, accentColor: null, hideBranding: false },
    redirect: { url: 'http://localhost:3000/', allowed: true, origin: 'http://localhost:3000', legacy: true },
    environment: 'production',
    ...changes,
  };
}

/** Shows a page under an address, with `calls` as the server; the paths are below `/auth/`. */
export function show(
  Page: ComponentType,
  { context = contextWith(), search = WAY, calls = {} }: { context?: PageContext; search?: string; calls?: Calls } = {},
) {
  window.history.replaceState(null, '', `/page${search}`);
  const server = stubServer(calls);
  const user = userEvent.setup();
  render(
    <MantineProvider theme={theme} env="test">
      <PageContextProvider value={context}>
        <Page />
      </PageContextProvider>
    </MantineProvider>,
  );
  return { user, ...server };
}

/** An answer: its body alone (200), or a status and more. */
type Answer = object | Response | Error;
export type Calls = Record<string, Answer | Answer[]>;

export interface Sent {
  path: string;
  body: Record<string, unknown>;
}

/** A fetch that answers from a table, the last answer of a list again and again, and remembers what was sent. */
export function stubServer(calls: Calls): { sent: Sent[]; fetch: Mock } {
  const sent: Sent[] = [];
  const left = new Map(Object.entries(calls).map(([path, answers]) => [path, [answers].flat()]));
  const fetch = vi.fn(async (path: string, init: RequestInit) => {
    const name = path.replace('/auth/', '');
    sent.push({ path: name, body: JSON.parse(String(init.body ?? '{}')) });
    const answers = left.get(name) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error || answer instanceof DOMException) throw answer;
    if (answer instanceof Response) return answer.clone();
    return answer ? Response.json(answer) : problem(404, 'not_found', `nothing stands under ${path}`);
  });
  vi.stubGlobal('fetch', fetch);
  return { sent, fetch };
}

/** A problem as the server answers it. */
export function problem(
  status: number,
  code: string,
  message: string,
  more: object = {},
  headers: HeadersInit = {},
): Response {
  return Response.json({ status, code, message, error: message, requestId: 'req_1', ...more }, { status, headers });
}
