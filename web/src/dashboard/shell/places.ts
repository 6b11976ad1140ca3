import type { Project } from '../../features/projects/calls';
import type { IconName } from '../parts/Icon';
import { baseOf } from '../projects';

/** A page that the rail leads to. */
export interface Place {
  name: string;
  icon: IconName;
  to: string;
  /** Whether pages below it belong to it. */
  whole: boolean;
}

/** The pages of a project. */
export function placesOf(project: Project): Place[] {
  const base = baseOf(project.publishableKey);
  const at = (name: string, icon: IconName, path: string): Place => ({
    name,
    icon,
    to: `${base}/${path}`,
    whole: true,
  });
  const isStore = project.type === 'store';
  return [
    { name: 'Overview', icon: 'overview', to: base, whole: false },
    ...(isStore ? [at('Orders', 'orders', 'orders'), at('Products', 'products', 'products')] : []),
    at('Customers', 'customers', 'customers'),
    // A store sells products, which have no limits: it counts nothing.
    ...(isStore ? [] : [at('Plans', 'plans', 'plans'), at('Usage', 'usage', 'usage')]),
    at('Events', 'events', 'events'),
    at('Developers', 'developers', 'developers'),
    at('Settings', 'settings', 'settings'),
  ];
}

/** The pages of the developer, whatever the project. */
export function ownPlaces(isOperator: boolean): Place[] {
  return [
    { name: 'Projects', icon: 'projects', to: '/dashboard/projects', whole: true },
    { name: 'Totals', icon: 'totals', to: '/dashboard/totals', whole: true },
    { name: 'Your plan', icon: 'billing', to: '/dashboard/billing', whole: true },
    ...(isOperator ? [{ name: 'Operator', icon: 'key' as const, to: '/dashboard/operator', whole: true }] : []),
  ];
}
