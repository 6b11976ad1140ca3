import { Modal } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';

import type { Project } from '../../features/projects/calls';
import { Icon } from '../parts/Icon';
import type { Family } from '../projects';
import { type Hit, useHits } from './hits';
import styles from './Search.module.css';

interface SearchProps {
  current: Project | undefined;
  families: Family[];
  opened: boolean;
  onOpen: () => void;
  onClose: () => void;
}

/** Finds customers, orders, events, pages and things to do; Ctrl-K opens it anywhere. */
export function Search({ opened, onOpen, onClose, ...about }: SearchProps) {
  useHotkeys([['mod+K', onOpen]], []);
  return (
    <Modal.Root opened={opened} onClose={onClose} size={600} yOffset="12dvh">
      <Modal.Overlay />
      <Modal.Content aria-label="Search">
        <Modal.Body p={0}>
          <Finder {...about} onClose={onClose} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Finder({ current, families, onClose }: Omit<SearchProps, 'opened' | 'onOpen'>) {
  const id = useId();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const { groups, isSearching } = useHits(current, families, typed.trim());
  const hits = groups.flatMap((group) => group.hits);
  // What is found later may be fewer.
  const chosen = Math.min(at, Math.max(0, hits.length - 1));

  function open(hit: Hit | undefined) {
    if (!hit) return;
    onClose();
    const [path = '', query] = hit.to.split('?');
    void navigate({ to: path, search: Object.fromEntries(new URLSearchParams(query ?? '')) });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter') open(hits[chosen]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || hits.length === 0) return;
    event.preventDefault();
    setAt((chosen + step + hits.length) % hits.length);
  }

  return (
    <>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          data-autofocus
          className={styles.input}
          placeholder={placeholder(current)}
          aria-label="Search"
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={`${id}-hits`}
          aria-activedescendant={hits.length > 0 ? `${id}-${chosen}` : undefined}
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
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a list of options
          <div key={group.name} role="group" aria-labelledby={`${id}-${group.name}`}>
            <div className={styles.group} id={`${id}-${group.name}`}>
              {group.name}
            </div>
            {group.hits.map((hit) => (
              <Option
                key={`${hit.name} ${hit.to}`}
                id={`${id}-${hits.indexOf(hit)}`}
                hit={hit}
                isChosen={hits.indexOf(hit) === chosen}
                onOpen={() => open(hit)}
                onPoint={() => setAt(hits.indexOf(hit))}
              />
            ))}
          </div>
        ))}
      </div>
      <p className={styles.foot} role="status">
        {isSearching ? 'Searching' : hits.length === 0 ? 'Nothing found.' : 'Enter opens, arrows choose.'}
      </p>
    </>
  );
}

interface OptionProps {
  id: string;
  hit: Hit;
  isChosen: boolean;
  onOpen: () => void;
  onPoint: () => void;
}

function Option({ id, hit, isChosen, onOpen, onPoint }: OptionProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView?.({ block: 'nearest' });
  }, [isChosen]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above takes the keys
    <div
      ref={row}
      id={id}
      className={styles.hit}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      onClick={onOpen}
      onPointerMove={onPoint}
    >
      <Icon name={hit.icon} />
      <span className={styles.name}>{hit.name}</span>
      {hit.about && <span className={styles.about}>{hit.about}</span>}
    </div>
  );
}

function placeholder(current: Project | undefined): string {
  if (!current) return 'Search pages and projects';
  return current.type === 'store' ? 'Search customers, orders, events, pages' : 'Search customers, events, pages';
}
