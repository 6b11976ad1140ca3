import { MantineProvider } from '@mantine/core';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { vi } from 'vitest';

import { Dashboard } from '../src/dashboard/Dashboard';
import type { Tier } from '../src/features/plans/calls';
import type { Project } from '../src/features/projects/calls';
import { PageContextProvider } from '../src/parts/page-context';
import { theme } from '../src/theme';
import { ADA, contextWith } from './page';

/** A project in test mode with one secret key that was used. */
export const WEATHER: Project = {
  projectId: 'prj_1',
  publishableKey: 'pk_test_w',
  name: 'Weather',
  type: 'saas',
  mode: 'test',
  status: 'active',
  createdAt: 0,
  keys: [{ id: 'key_1', label: '', lastFour: 'c41d', status: 'active', createdAt: 0, lastUsedAt: 1 }],
  settings: {
    emailVerification: 'later',
    hideBranding: false,
    hideInventory: false,
    legacyToken: true,
    redirectOrigins: [],
  },
};

export const PRO: Tier = {
  id: 'tier_pro',
  name: 'pro',
  displayName: 'Pro',
  price: 2900,
  currency: 'usd',
  interval: 'month',
  limit: 500,
  period: 'month',
  meters: {},
  billingMode: 'subscription',
  soldOut: false,
  popular: false,
  position: 1,
  isDefault: false,
  active: true,
  features: ['500 requests a month'],
  priceId: 'price_1',
  productId: 'prod_1',
};

/** A call as it was sent. */
export interface Sent {
  name: string;
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

type Answer = object | Response | Error;
export type Server = Record<string, Answer | Answer[]>;

/** Opens the dashboard at an address. Calls are named like `GET /projects`; the last answer of a list stays. */
export function open(path: string, calls: Server = {}, { user = ADA }: { user?: typeof ADA | null } = {}) {
  window.history.replaceState(null, '', path);
  const sent: Sent[] = [];
  const all: Server = { 'GET /projects': { platformId: 'plt_1', projects: [WEATHER] }, ...calls };
  const left = new Map(Object.entries(all).map(([name, answers]) => [name, [answers].flat() as Answer[]]));
  vi.stubGlobal('scrollTo', vi.fn());
  vi.stubGlobal(
    'fetch',
    vi.fn(async (address: string, init: RequestInit = {}) => {
      const name = `${init.method ?? 'GET'} ${address}`;
      const body = JSON.parse(String(init.body ?? '{}'));
      sent.push({ name, body, headers: (init.headers ?? {}) as Record<string, string> });
      const answers = left.get(name) ?? left.get(name.split('?')[0] ?? name) ?? [];
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      if (answer instanceof Response) return answer.clone();
      return answer ? Response.json(answer) : trouble(404, 'not_found');
    }),
  );
  render(
    <MantineProvider theme={theme} env="test">
      <PageContextProvider value={contextWith({ isRoot: true, mode: 'live', user, baseUrl: 'http://server' })}>
        <Dashboard />
      </PageContextProvider>
    </MantineProvider>,
  );
  return {
    user: userEvent.setup(),
    sent,
    of: (name: string) => sent.filter((call) => call.name.split('?')[0] === name),
  };
}

/** A problem as the server answers it. */
export function trouble(status: number, code: string): Response {
  const body = { status, code, message: `It is ${code}.`, error: code, requestId: 'req_9' };
  return Response.json(body, { status });
}
