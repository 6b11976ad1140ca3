import styles from './Choice.module.css';

interface ChoiceProps {
  label: string;
  value: string;
  of: { value: string; name: string }[];
  onChange: (value: string) => void;
}

/** One of a few, all of them seen. */
export function Choice({ label, value, of, onChange }: ChoiceProps) {
  return (
    <fieldset className={styles.choice}>
      <legend className="visually-hidden">{label}</legend>
      {of.map((one) => (
        <button
          key={one.value}
          type="button"
          className={styles.one}
          aria-pressed={one.value === value}
          onClick={() => onChange(one.value)}
        >
          {one.name}
        </button>
      ))}
    </fieldset>
  );
}
