import { get } from '../../api';

/** What a shopper sees of an order. Amounts in minor units, times in milliseconds since 1970. */
export interface Receipt {
  order: {
    id: string;
    createdAt: number;
    status: string;
    lines: { name: string; quantity: number; amount: number; imageUrl?: string | null }[];
    amountTotal: number;
    amountRefunded: number;
    currency: string;
    email?: string | null;
    shipping?: { name?: string | null; address?: Record<string, string | null> | null } | null;
    trackingUrl?: string | null;
    timeline?: { at: number; what: string }[];
  };
  project: { name: string; logoUrl?: string | null; accentColor?: string | null };
}

export function readReceipt(token: string): Promise<Receipt> {
  return get(`/api/receipts/${encodeURIComponent(token)}`);
}
