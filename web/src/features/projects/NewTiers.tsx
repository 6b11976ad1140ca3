import { ActionIcon, Button, TextInput } from '@mantine/core';

import { Icon } from '../../dashboard/parts/Icon';
import { parseMoney, typedMoney } from '../../money';
import type { Kind, NewTier } from './calls';
import styles from './NewTiers.module.css';
import { slug } from './slug';

interface NewTiersProps {
  kind: Kind;
  tiers: NewTier[];
  onChange: (tiers: NewTier[]) => void;
  error: string | undefined;
}

const CURRENCY = 'usd';

/** The tiers of a new project, one per row: name, price, and what is limited. */
export function NewTiers({ kind, tiers, onChange, error }: NewTiersProps) {
  const change = (at: number, changes: Partial<NewTier>) =>
    onChange(tiers.map((tier, index) => (index === at ? { ...tier, ...changes } : tier)));
  return (
    <div className={styles.rows}>
      {tiers.map((tier, at) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; names change while they are typed
          key={`${kind}-${at}`}
          kind={kind}
          tier={tier}
          onChange={(changes) => change(at, changes)}
          onRemove={() => onChange(tiers.filter((_, index) => index !== at))}
        />
      ))}
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      <Button
        variant="default"
        leftSection={<Icon name="plus" size={16} />}
        style={{ justifySelf: 'start' }}
        onClick={() => onChange([...tiers, another(kind, tiers)])}
      >
        {kind === 'store' ? 'Add product' : 'Add plan'}
      </Button>
    </div>
  );
}

interface RowProps {
  kind: Kind;
  tier: NewTier;
  onChange: (changes: Partial<NewTier>) => void;
  onRemove: () => void;
}

function Row({ kind, tier, onChange, onRemove }: RowProps) {
  return (
    <fieldset className={styles.row}>
      <legend className="visually-hidden">{tier.displayName}</legend>
      <TextInput
        label="Name"
        size="sm"
        defaultValue={tier.displayName}
        required
        withAsterisk={false}
        maxLength={60}
        onChange={({ currentTarget: { value } }) => onChange({ displayName: value, name: slug(value) || tier.name })}
      />
      <TextInput
        label={kind === 'store' ? 'Price in USD' : 'USD a month'}
        size="sm"
        inputMode="decimal"
        defaultValue={typedMoney(tier.price, CURRENCY)}
        onChange={({ currentTarget: { value } }) => {
          const price = parseMoney(value, CURRENCY);
          if (price !== null) onChange({ price });
        }}
      />
      {kind === 'saas' && <Limit limit={tier.limit ?? -1} onChange={(limit) => onChange({ limit })} />}
      {kind === 'store' && (
        <TextInput
          label="In stock"
          size="sm"
          inputMode="numeric"
          placeholder="Not counted"
          defaultValue={tier.inventory ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ inventory: wholeNumber(value) })}
        />
      )}
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Remove ${tier.displayName}`} onClick={onRemove}>
        <Icon name="cross" size={16} />
      </ActionIcon>
    </fieldset>
  );
}

function Limit({ limit, onChange }: { limit: number; onChange: (limit: number) => void }) {
  return (
    <TextInput
      label="Requests a month"
      size="sm"
      inputMode="numeric"
      placeholder="Unlimited"
      defaultValue={limit < 0 ? '' : limit}
      onChange={({ currentTarget: { value } }) => onChange(wholeNumber(value) ?? -1)}
    />
  );
}

function another(kind: Kind, tiers: NewTier[]): NewTier {
  const name = `${kind === 'store' ? 'product' : 'plan'}-${tiers.length + 1}`;
  const words = { name, displayName: kind === 'store' ? 'New product' : 'New plan', price: 1900 };
  return kind === 'store' ? { ...words, billingMode: 'one_off', inventory: null } : { ...words, limit: -1 };
}

function wholeNumber(typed: string): number | null {
  return /^\d{1,12}$/.test(typed.trim()) ? Number(typed) : null;
}
