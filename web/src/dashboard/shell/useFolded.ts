import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';

const NAME = 'dream.folded';

/** Whether the rail shows icons only: always where it is narrow, elsewhere as it was left. */
export function useFolded() {
  const isNarrow = useMediaQuery('(max-width: 1099px)', false, { getInitialValueInEffect: false });
  const [isWished, setWished] = useState(() => window.localStorage.getItem(NAME) === 'yes');
  return {
    isFolded: isNarrow || isWished,
    /** Nothing to choose where there is no room. */
    toggle: isNarrow
      ? null
      : () => {
          window.localStorage.setItem(NAME, isWished ? 'no' : 'yes');
          setWished(!isWished);
        },
  };
}
