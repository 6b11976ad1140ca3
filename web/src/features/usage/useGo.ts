import { useNavigate, useSearch } from '@tanstack/react-router';

/** Changes what the address asks for. */
export function useGo() {
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  return (changes: Record<string, string>) => {
    const set = Object.entries({ ...search, ...changes }).filter(([, value]) => value !== '');
    void navigate({ to: '.', search: Object.fromEntries(set), replace: true, resetScroll: false });
  };
}
