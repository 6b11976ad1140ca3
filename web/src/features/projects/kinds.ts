import type { Kind, NewTier } from './calls';

/** What each kind of project is for, and the tiers it begins with. */
export const KINDS: Record<Kind, { name: string; about: string; tiers: NewTier[] }> = {
  saas: {
    name: 'SaaS',
    about: 'Plans with limits: calls are counted and refused at the limit.',
    tiers: [
      { name: 'free', displayName: 'Free', price: 0, limit: 100, features: ['100 requests a month'] },
      {
        name: 'pro',
        displayName: 'Pro',
        price: 2900,
        limit: 10_000,
        features: ['10,000 requests a month', 'Support by mail'],
        popular: true,
      },
      { name: 'max', displayName: 'Max', price: 9900, limit: -1, features: ['Unlimited requests', 'Fast support'] },
    ],
  },
  membership: {
    name: 'Membership',
    about: 'Access for members, without limits: who pays comes in.',
    tiers: [
      { name: 'member', displayName: 'Member', price: 900, limit: -1, features: ['Everything for members'] },
      {
        name: 'patron',
        displayName: 'Patron',
        price: 2900,
        limit: -1,
        features: ['Everything for members', 'A mention in the credits'],
      },
    ],
  },
  store: {
    name: 'Store',
    about: 'Products that are bought once, with stock and orders.',
    tiers: [
      {
        name: 'sticker-pack',
        displayName: 'Sticker pack',
        price: 500,
        billingMode: 'one_off',
        inventory: 100,
        features: ['Five stickers'],
      },
    ],
  },
};
