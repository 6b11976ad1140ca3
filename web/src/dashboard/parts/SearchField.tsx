import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';

import { Icon } from './Icon';
import styles from './SearchField.module.css';

/** So long nobody has typed before the server is asked. */
const REST_MS = 250;

interface SearchFieldProps {
  /** What is searched. */
  label: string;
  /** What may be typed. */
  placeholder: string;
  /** What the address says. */
  words: string;
  onSearch: (words: string) => void;
}

/** Searches a list while it is typed. */
export function SearchField({ label, placeholder, words, onSearch }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(words);
  const search = useDebouncedCallback((text: string) => onSearch(text.trim()), REST_MS);
  // The way back, or a link on the page, may have changed the address.
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped(words);
  }, [words]);
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label={label}
      placeholder={placeholder}
      leftSection={<Icon name="search" size={16} />}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        search(currentTarget.value);
      }}
      className={styles.field ?? ''}
      size="sm"
    />
  );
}
