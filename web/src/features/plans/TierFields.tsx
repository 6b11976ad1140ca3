import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';

import type { Errors, Values } from '../../forms/useForm';
import type { Kind } from '../projects/calls';
import { Picture } from './Picture';
import styles from './TierFields.module.css';

interface FieldsProps {
  kind: Kind;
  typed: Values;
  errors: Errors;
  /** Whether the tier exists: its currency stays. */
  exists: boolean;
  onPicture: (url: string) => void;
}

/** The fields of a plan or product. */
export function TierFields({ kind, typed, errors, exists, onPicture }: FieldsProps) {
  const field = (name: string, label: string, help?: string) => ({
    name,
    label,
    ...(help ? { description: help } : {}),
    defaultValue: typed[name] ?? '',
    error: errors[name],
    size: 'md' as const,
    autoComplete: 'off',
  });
  const isStore = kind === 'store';
  return (
    <div className={styles.fields}>
      <TextInput {...field('displayName', 'Name')} maxLength={60} />
      <div className={styles.row}>
        <TextInput {...field('price', 'Price')} inputMode="decimal" placeholder="29" />
        {exists ? (
          <TextInput label="Currency" size="md" value={(typed['currency'] ?? 'usd').toUpperCase()} readOnly />
        ) : (
          <NativeSelect name="currency" label="Currency" size="md" defaultValue={typed['currency'] ?? 'usd'}>
            {['usd', 'eur', 'gbp', 'chf', 'jpy'].map((currency) => (
              <option key={currency} value={currency}>
                {currency.toUpperCase()}
              </option>
            ))}
          </NativeSelect>
        )}
        {exists && <input type="hidden" name="currency" value={typed['currency'] ?? 'usd'} />}
        {isStore ? (
          <TextInput {...field('inventory', 'In stock')} inputMode="numeric" placeholder="Not counted" />
        ) : (
          <NativeSelect name="interval" label="Every" size="md" defaultValue={typed['interval'] ?? 'month'}>
            <option value="month">Month</option>
            <option value="year">Year</option>
          </NativeSelect>
        )}
      </div>
      {kind === 'saas' && (
        <div className={styles.row}>
          <TextInput
            {...field('limit', 'Requests', 'Empty is unlimited.')}
            inputMode="numeric"
            placeholder="Unlimited"
          />
          <NativeSelect name="period" label="In each" size="md" defaultValue={typed['period'] ?? 'month'}>
            {['day', 'week', 'month', 'year', 'lifetime'].map((period) => (
              <option key={period} value={period}>
                {period.charAt(0).toUpperCase() + period.slice(1)}
              </option>
            ))}
          </NativeSelect>
        </div>
      )}
      {isStore && <Picture url={typed['imageUrl'] ?? ''} onChange={onPicture} />}
      <Textarea {...field('description', 'Description (optional)')} rows={2} />
      <Textarea {...field('features', 'Features (optional)', 'One in each line.')} rows={4} />
      {!isStore && (
        <>
          <TextInput
            {...field('trialDays', 'Free days at the start (optional)')}
            inputMode="numeric"
            placeholder="None"
            maw={240}
          />
          <Checkbox name="popular" value="on" label="Mark as most popular" defaultChecked={typed['popular'] === 'on'} />
          <Checkbox
            name="isDefault"
            value="on"
            label="Default plan"
            description="Customers without a paid plan are on it."
            defaultChecked={typed['isDefault'] === 'on'}
          />
        </>
      )}
    </div>
  );
}
