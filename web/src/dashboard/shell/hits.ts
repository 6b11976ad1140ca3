import { useDebouncedValue } from '@mantine/hooks';

import { customersOf, findCustomers } from '../../features/customers/calls';
import { eventsOf, readEvents } from '../../features/events/calls';
import { ordersOf, readOrders } from '../../features/orders/calls';
import type { Project } from '../../features/projects/calls';
import { money } from '../../money';
import { businessNow } from '../../now';
import { usePageContext } from '../../parts/page-context';
import { timeWords } from '../../times';
import type { IconName } from '../parts/Icon';
import { baseOf, type Family, firstOf, otherMode } from '../projects';
import { type Live, useLive } from '../queries';
import { ownPlaces, placesOf } from './places';

/** Something that was found: where it leads, and what is told of it on the right. */
export interface Hit {
  name: string;
  about?: string;
  icon: IconName;
  to: string;
  /** Found only by its name, not shown before something is typed. */
  deep?: boolean;
}

/** What was found of one kind. */
export interface Group {
  name: string;
  hits: Hit[];
}

/** Hits of one kind that are asked for. */
const HITS_MAX = 5;
/** Shorter words find too much. */
const LETTERS_MIN = 2;

/** What fits what is typed, by its kind: what the server finds, then pages and things to do. */
export function useHits(current: Project | undefined, families: Family[], typed: string) {
  const { isOperator } = usePageContext();
  const { found, isSearching } = useFound(current, typed);
  const family = families.find(({ projectId }) => projectId === current?.projectId);
  const pages = [...(current ? [...placesOf(current), ...partsOf(current)] : []), ...ownPlaces(isOperator === true)];
  const fits = ({ name, deep }: Hit) =>
    typed === '' ? deep !== true : name.toLowerCase().includes(typed.toLowerCase());
  const groups: Group[] = [
    ...found,
    { name: 'Pages', hits: pages.filter(fits) },
    { name: 'Actions', hits: actionsOf(current, family).filter(fits) },
    { name: 'Projects', hits: projectsOf(families, current).filter(fits) },
  ];
  return { groups: groups.filter(({ hits }) => hits.length > 0), isSearching };
}

/** Customers, orders and events of the project, found by the server. */
function useFound(current: Project | undefined, typed: string): { found: Group[]; isSearching: boolean } {
  const [search] = useDebouncedValue(typed, 200);
  const pk = current?.publishableKey ?? '';
  const enabled = pk !== '' && search.length >= LETTERS_MIN;
  const wish = { search, limit: HITS_MAX };
  const asked = { once: true, enabled };
  const ofStore = { once: true, enabled: enabled && current?.type === 'store' };
  const customers = useLive([...customersOf(pk), 'search', search], () => findCustomers(pk, wish), asked);
  const orders = useLive([...ordersOf(pk), 'search', search], () => readOrders(pk, wish), ofStore);
  const events = useLive([...eventsOf(pk), 'search', search], () => readEvents(pk, wish), asked);
  const isOfTyped = enabled && search === typed;
  const at = (path: string, id: string) => `${baseOf(pk)}/${path}/${encodeURIComponent(id)}`;
  const found: Group[] = [
    {
      name: 'Customers',
      hits: (fresh(customers, isOfTyped)?.customers ?? []).map(({ id, email, plan }) => ({
        name: email ?? id,
        about: plan,
        icon: 'customers',
        to: at('customers', id),
      })),
    },
    {
      name: 'Orders',
      hits: (fresh(orders, isOfTyped)?.orders ?? []).map(({ id, email, amountTotal, currency, createdAt }) => ({
        name: email ?? id,
        about: `${money(amountTotal, currency)}, ${timeWords(createdAt, businessNow())}`,
        icon: 'orders',
        to: at('orders', id),
      })),
    },
    {
      name: 'Events',
      hits: (fresh(events, isOfTyped)?.events ?? []).map(({ id, type, createdAt }) => ({
        name: type,
        about: timeWords(createdAt, businessNow()),
        icon: 'events',
        to: at('events', id),
      })),
    },
  ];
  const isSearching =
    pk !== '' && typed.length >= LETTERS_MIN && (!isOfTyped || [customers, orders, events].some(isWaiting));
  return { found, isSearching };
}

/** What a search found, unless it is what an earlier one did. */
function fresh<T>(search: Live<T>, isOfTyped: boolean): T | undefined {
  return isOfTyped && !search.isPlaceholderData ? search.data : undefined;
}

function isWaiting({ isFetching, isPlaceholderData, data }: Live<unknown>): boolean {
  return isFetching && (isPlaceholderData || data === undefined);
}

/** Pages below those of the rail. */
function partsOf(project: Project): Hit[] {
  const base = baseOf(project.publishableKey);
  const isTest = project.mode === 'test';
  const part = (name: string, icon: IconName, path: string): Hit => ({ name, icon, to: `${base}/${path}`, deep: true });
  return [
    ...(isTest ? [part('Get started', 'start', 'start')] : []),
    part('Keys', 'key', 'developers'),
    part('Redirects: allowed origins', 'developers', 'developers/redirects'),
    part('Quickstart', 'developers', 'developers/quickstart'),
    part('Branding', 'settings', 'settings'),
    part('Payments', 'billing', 'settings/payments'),
    part('Sign-in settings', 'settings', 'settings/sign-in'),
  ];
}

function actionsOf(project: Project | undefined, family: Family | undefined): Hit[] {
  const anew: Hit = { name: 'Create project', icon: 'plus', to: '/dashboard/projects/new' };
  if (!project) return [anew];
  const base = baseOf(project.publishableKey);
  const isStore = project.type === 'store';
  const hasSample = project.sampleUntil !== undefined;
  return [
    ...modes(project, family),
    { name: 'Create customer', icon: 'plus', to: `${base}/customers/new` },
    { name: isStore ? 'Add product' : 'Add plan', icon: 'plus', to: `${base}/${isStore ? 'products' : 'plans'}/new` },
    anew,
    ...(hasSample ? [{ name: 'Remove sample data', icon: 'cross' as const, to: `${base}?sample=remove` }] : []),
    ...(project.mode === 'test'
      ? [{ name: 'Reset test data', icon: 'cross' as const, to: `${base}/settings/reset`, deep: true }]
      : []),
    { name: 'Delete project', icon: 'cross', to: `${base}/settings/delete`, deep: true },
  ];
}

/** The way to the other mode, or to making it. */
function modes(project: Project, family: Family | undefined): Hit[] {
  const other = family?.[otherMode(project.mode)];
  if (other) return [{ name: `Switch to ${other.mode}`, icon: 'updown', to: baseOf(other.publishableKey) }];
  if (project.mode === 'live') return [];
  return [{ name: 'Go live', icon: 'up', to: `${baseOf(project.publishableKey)}/go-live` }];
}

/** The other projects. */
function projectsOf(families: Family[], current: Project | undefined): Hit[] {
  return families.flatMap((family) => {
    const project = (current && family[current.mode]) ?? firstOf(family);
    if (!project || family.projectId === current?.projectId) return [];
    return [{ name: family.name, icon: 'projects' as const, to: baseOf(project.publishableKey), deep: true }];
  });
}
