import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';

import { Beginning } from './Beginning';
import { Elsewhere } from './Elsewhere';
import { ProjectGate } from './ProjectGate';
import { Crash } from './parts/Crash';
import { PageBones } from './parts/Page';
import { Shell } from './shell/Shell';

type Search = Record<string, string>;

/** Words of an address stay words; what is no word is left out. */
function words(search: Record<string, unknown>): Search {
  const plain = Object.entries(search).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(plain.map(([name, value]) => [name, String(value)]));
}

const root = createRootRoute({ component: Shell, notFoundComponent: Elsewhere, validateSearch: words });
const beginning = createRoute({ getParentRoute: () => root, path: '/dashboard', component: Beginning });
const project = createRoute({ getParentRoute: () => root, path: '/dashboard/$pk', component: ProjectGate });

const own: [path: string, page: RouteComponent][] = [
  ['projects', lazyRouteComponent(() => import('../features/projects/ProjectsPage'), 'ProjectsPage')],
  ['projects/new', lazyRouteComponent(() => import('../features/projects/NewProjectPage'), 'NewProjectPage')],
  ['totals', lazyRouteComponent(() => import('../features/totals/TotalsPage'), 'TotalsPage')],
  ['operator', lazyRouteComponent(() => import('../features/operator/OperatorPage'), 'OperatorPage')],
  ['billing', lazyRouteComponent(() => import('../features/billing/BillingPage'), 'BillingPage')],
];

const tierList = lazyRouteComponent(() => import('../features/plans/PlansPage'), 'PlansPage');
const tierNew = lazyRouteComponent(() => import('../features/plans/NewTierPage'), 'NewTierPage');
const tierOne = lazyRouteComponent(() => import('../features/plans/TierPage'), 'TierPage');

const ofProject: [path: string, page: RouteComponent][] = [
  ['/', lazyRouteComponent(() => import('../features/overview/OverviewPage'), 'OverviewPage')],
  ['start', lazyRouteComponent(() => import('../features/onboarding/StartPage'), 'StartPage')],
  ['go-live', lazyRouteComponent(() => import('../features/onboarding/GoLivePage'), 'GoLivePage')],
  ['customers', lazyRouteComponent(() => import('../features/customers/CustomersPage'), 'CustomersPage')],
  ['customers/new', lazyRouteComponent(() => import('../features/customers/NewCustomerPage'), 'NewCustomerPage')],
  ['customers/$id', lazyRouteComponent(() => import('../features/customers/CustomerPage'), 'CustomerPage')],
  ['plans', tierList],
  ['plans/new', tierNew],
  ['plans/$name', tierOne],
  ['products', tierList],
  ['products/new', tierNew],
  ['products/$name', tierOne],
  ['orders', lazyRouteComponent(() => import('../features/orders/OrdersPage'), 'OrdersPage')],
  ['orders/$id', lazyRouteComponent(() => import('../features/orders/OrderPage'), 'OrderPage')],
  ['usage', lazyRouteComponent(() => import('../features/usage/UsagePage'), 'UsagePage')],
  ['usage/customers', lazyRouteComponent(() => import('../features/usage/UsageCustomersPage'), 'UsageCustomersPage')],
  ['events', lazyRouteComponent(() => import('../features/events/EventsPage'), 'EventsPage')],
  ['events/$id', lazyRouteComponent(() => import('../features/events/EventPage'), 'EventPage')],
  ['developers', lazyRouteComponent(() => import('../features/developers/KeysPage'), 'KeysPage')],
  ['developers/redirects', lazyRouteComponent(() => import('../features/developers/RedirectsPage'), 'RedirectsPage')],
  [
    'developers/quickstart',
    lazyRouteComponent(() => import('../features/developers/QuickstartPage'), 'QuickstartPage'),
  ],
  ['settings', lazyRouteComponent(() => import('../features/settings/BrandingPage'), 'BrandingPage')],
  ['settings/payments', lazyRouteComponent(() => import('../features/settings/PaymentsPage'), 'PaymentsPage')],
  [
    'settings/sign-in',
    lazyRouteComponent(() => import('../features/settings/SignInSettingsPage'), 'SignInSettingsPage'),
  ],
  ['settings/reset', lazyRouteComponent(() => import('../features/settings/ResetPage'), 'ResetPage')],
  ['settings/delete', lazyRouteComponent(() => import('../features/settings/DeleteProjectPage'), 'DeleteProjectPage')],
];

const tree = root.addChildren([
  beginning,
  ...own.map(([path, component]) => createRoute({ getParentRoute: () => root, path: `/dashboard/${path}`, component })),
  project.addChildren(
    ofProject.map(([path, component]) => createRoute({ getParentRoute: () => project, path, component })),
  ),
]);

/** The pages of the dashboard by their addresses. */
export function newRouter() {
  return createRouter({
    routeTree: tree,
    // Addresses are plain: what is in the query is text.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const text = new URLSearchParams(words(search)).toString();
      return text ? `?${text}` : '';
    },
    defaultPreload: 'intent',
    defaultPendingComponent: PageBones,
    defaultErrorComponent: Crash,
    scrollRestoration: true,
  });
}
