import { NativeSelect } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import styles from './SortChoice.module.css';
import { sorted } from './sorting';

interface SortChoiceProps {
  /** The address of the list, and what it says. */
  here: string;
  search: Record<string, string>;
  /** The words of the address, the standard first. */
  of: { value: string; name: string }[];
}

/** Sorts a list where the screen is too narrow for the headers that do. */
export function SortChoice({ here, search, of }: SortChoiceProps) {
  const navigate = useNavigate();
  return (
    <div className={styles.narrow}>
      <NativeSelect
        label="Sort by"
        size="sm"
        value={search['sort'] ?? of[0]?.value ?? ''}
        onChange={({ currentTarget }) => {
          const [to = here, query] = sorted(here, search, currentTarget.value).split('?');
          const wish = Object.fromEntries(new URLSearchParams(query));
          void navigate({ to, search: wish, replace: true, resetScroll: false });
        }}
        data={of.map(({ value, name }) => ({ value, label: name }))}
        classNames={{ root: styles.root ?? '', label: styles.label ?? '' }}
      />
    </div>
  );
}
