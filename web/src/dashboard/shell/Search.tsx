import { Modal } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';

import { customersOf, findCustomers } from '../../features/customers/calls';
import type { Project } from '../../features/projects/calls';
import { usePageContext } from '../../parts/page-context';
import { Icon, type IconName } from '../parts/Icon';
import { baseOf } from '../projects';
import { useLive } from '../queries';
import { ownPlaces, placesOf } from './places';
import styles from './Search.module.css';

interface SearchProps {
  current: Project | undefined;
  opened: boolean;
  onOpen: () => void;
  onClose: () => void;
}

interface Hit {
  name: string;
  about?: string;
  icon: IconName;
  to: string;
}

const CUSTOMERS_MAX = 6;

/** Finds pages, things to do and customers; Ctrl-K opens it anywhere. */
export function Search({ current, opened, onOpen, onClose }: SearchProps) {
  useHotkeys([['mod+K', onOpen]], []);
  return (
    <Modal.Root opened={opened} onClose={onClose} size={560} yOffset="12dvh">
      <Modal.Overlay />
      <Modal.Content aria-label="Search">
        <Modal.Body p={0}>
          <Finder current={current} onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Finder({ current, onClose }: { current: Project | undefined; onClose: () => void }) {
  const id = useId();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const { hits, isSearching } = useHits(current, typed.trim());

  function open(hit: Hit | undefined) {
    if (!hit) return;
    onClose();
    void navigate({ to: hit.to });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter') open(hits[at]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || hits.length === 0) return;
    event.preventDefault();
    setAt((at + step + hits.length) % hits.length);
  }

  return (
    <>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          data-autofocus
          className={styles.input}
          placeholder={current ? 'Search customers, pages and ids' : 'Search pages'}
          aria-label="Search"
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={`${id}-hits`}
          aria-activedescendant={hits.length > 0 ? `${id}-${at}` : undefined}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className={styles.hits} role="listbox" id={`${id}-hits`} aria-label="Results">
        {hits.map((hit, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys
          <div
            key={hit.to}
            id={`${id}-${index}`}
            className={styles.hit}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => open(hit)}
            onPointerMove={() => setAt(index)}
          >
            <Icon name={hit.icon} />
            <span className={styles.name}>{hit.name}</span>
            {hit.about && <span className={styles.about}>{hit.about}</span>}
          </div>
        ))}
      </div>
      <p className={styles.foot} role="status">
        {isSearching ? 'Searching' : hits.length === 0 ? 'Nothing found.' : 'Enter opens, arrows choose.'}
      </p>
    </>
  );
}

function useHits(current: Project | undefined, typed: string): { hits: Hit[]; isSearching: boolean } {
  const { isOperator } = usePageContext();
  const [search] = useDebouncedValue(typed, 200);
  const pk = current?.publishableKey ?? '';
  const found = useLive(
    [...customersOf(pk), 'search', search],
    () => findCustomers(pk, { search, limit: CUSTOMERS_MAX }),
    { once: true, enabled: pk !== '' && search.length > 1 },
  );
  const places = [...(current ? [...placesOf(current), ...actionsOf(current)] : []), ...ownPlaces(isOperator === true)];
  const pages: Hit[] = places.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()));
  const isOfTyped = typed.length > 1 && search === typed && !found.isPlaceholderData;
  const customers: Hit[] = (isOfTyped ? (found.data?.customers ?? []) : []).map(({ id, email, plan }) => ({
    name: email ?? id,
    about: plan,
    icon: 'customers',
    to: `${baseOf(pk)}/customers/${encodeURIComponent(id)}`,
  }));
  return {
    hits: [...customers, ...byId(current, typed), ...pages],
    isSearching: typed.length > 1 && pk !== '' && !isOfTyped && !found.error,
  };
}

/** An id that was pasted leads straight to what it names. */
function byId(current: Project | undefined, typed: string): Hit[] {
  if (!current || !/^(ord|evt|user)_\w+$/.test(typed)) return [];
  const [name, icon, path] = NAMED[typed.split('_')[0] ?? ''] ?? [];
  if (!name || !icon || !path) return [];
  return [{ name: `${name} ${typed}`, icon, to: `${baseOf(current.publishableKey)}/${path}/${typed}` }];
}

const NAMED: Record<string, [name: string, icon: IconName, path: string]> = {
  ord: ['Order', 'orders', 'orders'],
  evt: ['Event', 'events', 'events'],
  user: ['Customer', 'customers', 'customers'],
};

function actionsOf(current: Project): Hit[] {
  const base = baseOf(current.publishableKey);
  const isStore = current.type === 'store';
  return [
    { name: 'Create customer', icon: 'plus', to: `${base}/customers/new` },
    {
      name: isStore ? 'Add product' : 'Add plan',
      icon: 'plus',
      to: `${base}/${isStore ? 'products' : 'plans'}/new`,
    },
    { name: 'Quickstart', icon: 'developers', to: `${base}/developers/quickstart` },
    { name: 'Payments', icon: 'billing', to: `${base}/settings/payments` },
    { name: 'Create project', icon: 'plus', to: '/dashboard/projects/new' },
  ];
}
