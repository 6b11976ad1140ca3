import type { Errors, Values } from '../../forms/useForm';
import { parseMoney, typedMoney } from '../../money';
import type { Offer } from '../../parts/PricingCard';
import type { Kind } from '../projects/calls';
import { slug } from '../projects/slug';
import type { Tier, TierFields } from './calls';

/** A tier as it stands in the fields of its form: all text. `popular`, `isDefault` and `unlimited` are `on` or missing. */
export function typedOf(tier: Tier | null, kind: Kind): Values {
  const currency = tier?.currency ?? 'usd';
  return {
    displayName: tier?.displayName ?? '',
    price: tier ? typedMoney(tier.price, currency) : '',
    currency,
    interval: tier?.interval ?? 'month',
    limit: tier && tier.limit >= 0 ? String(tier.limit) : kind === 'saas' && !tier ? '1000' : '',
    period: tier?.period ?? 'month',
    description: tier?.description ?? '',
    features: (tier?.features ?? []).join('\n'),
    trialDays: tier?.trialDays ? String(tier.trialDays) : '',
    inventory: typeof tier?.inventory === 'number' ? String(tier.inventory) : '',
    imageUrl: tier?.imageUrl ?? '',
    ...(tier?.popular ? { popular: 'on' } : {}),
    ...(tier?.isDefault ? { isDefault: 'on' } : {}),
  };
}

/** What is wrong with what was typed. */
export function checkDraft(typed: Values): Errors {
  const whole = (name: string) => {
    const text = (typed[name] ?? '').trim();
    return text === '' || /^\d{1,12}$/.test(text) ? {} : { [name]: 'Write a whole number, or leave it empty.' };
  };
  return {
    ...((typed['displayName'] ?? '').trim() ? {} : { displayName: 'Give it a name.' }),
    ...(parseMoney(typed['price'] ?? '', typed['currency'] ?? 'usd') === null
      ? { price: 'Write an amount, such as 29 or 29.50. 0 is free.' }
      : {}),
    ...whole('limit'),
    ...whole('trialDays'),
    ...whole('inventory'),
  };
}

/** What the server is told. */
function fieldsOf(typed: Values, kind: Kind): TierFields {
  const currency = (typed['currency'] ?? 'usd') as string;
  const shared: TierFields = {
    displayName: (typed['displayName'] ?? '').trim(),
    price: parseMoney(typed['price'] ?? '', currency) ?? 0,
    currency,
    description: (typed['description'] ?? '').trim() || null,
    features: lines(typed['features'] ?? ''),
  };
  if (kind === 'store') {
    return {
      ...shared,
      billingMode: 'one_off',
      inventory: number(typed['inventory']),
      imageUrl: typed['imageUrl'] || null,
    };
  }
  return {
    ...shared,
    billingMode: 'subscription',
    interval: typed['interval'] === 'year' ? 'year' : 'month',
    limit: number(typed['limit']) ?? -1,
    period: typed['period'] || 'month',
    trialDays: number(typed['trialDays']),
    popular: typed['popular'] === 'on',
    isDefault: typed['isDefault'] === 'on',
  };
}

/** A tier as a preview of it is made: all of it, as it would stand after saving. */
export function wholeOf(tier: Tier | null, typed: Values, kind: Kind): TierFields {
  const fields = fieldsOf(typed, kind);
  if (!tier) return { name: nameOf(typed), ...fields };
  const { name, position, meters, ratePerMinute = null } = tier;
  return { name, position, meters, ratePerMinute, ...fields };
}

/** Only what differs from the tier as it is. */
export function changesOf(tier: Tier, typed: Values, kind: Kind): TierFields {
  const before = fieldsOf(typedOf(tier, kind), kind);
  const after = fieldsOf(typed, kind);
  const differ = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof TierFields]),
  );
  return Object.fromEntries(differ) as TierFields;
}

/** The card that the draft would make. */
export function offerOf(typed: Values, kind: Kind): Offer {
  const fields = fieldsOf(typed, kind);
  return {
    displayName: fields.displayName ?? '',
    price: fields.price ?? 0,
    currency: fields.currency ?? 'usd',
    interval: fields.interval ?? 'month',
    billingMode: fields.billingMode ?? 'subscription',
    description: fields.description ?? null,
    features: fields.features ?? [],
    popular: fields.popular === true,
    trialDays: fields.trialDays ?? null,
    ...(fields.limit === undefined ? {} : { limit: fields.limit, period: fields.period ?? 'month' }),
  };
}

/** The name of a new tier on the wire. */
function nameOf(typed: Values): string {
  return slug(typed['displayName'] ?? '') || 'plan';
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

function number(text: string | undefined): number | null {
  const typed = (text ?? '').trim();
  return typed === '' ? null : Number(typed);
}
