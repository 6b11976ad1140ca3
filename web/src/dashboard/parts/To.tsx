import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface ToProps {
  to: string;
  className?: string | undefined;
  children: ReactNode;
  label?: string;
  onClick?: () => void;
  /** Whether the page it leads to is the one that is shown, or only one below it. */
  current?: 'page' | 'below';
  /** It leads to the same page with other rows, which does not move. */
  stay?: boolean;
}

/** A link to another page of the dashboard. */
export function To({ to, className, children, label, onClick, current, stay }: ToProps) {
  const [path, query] = to.split('?');
  return (
    <Link
      to={path ?? to}
      search={Object.fromEntries(new URLSearchParams(query ?? ''))}
      {...(className ? { className } : {})}
      {...(label ? { 'aria-label': label } : {})}
      {...(onClick ? { onClick } : {})}
      {...(stay ? { resetScroll: false } : {})}
      activeOptions={{ exact: current !== 'below', includeSearch: false }}
      activeProps={current ? { 'data-active': true, 'aria-current': 'page' } : { 'aria-current': undefined }}
    >
      {children}
    </Link>
  );
}
