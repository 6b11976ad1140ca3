import type { Kind } from '../projects/calls';

/** What a project sells, in words, and the path of its pages. */
export function wordsOf(kind: Kind) {
  return kind === 'store'
    ? {
        one: 'product',
        many: 'Products',
        path: 'products',
        about: 'What your store sells, with stock. Checkout never sells more than there is.',
      }
    : {
        one: 'plan',
        many: 'Plans',
        path: 'plans',
        about: 'What your customers choose from, and what each plan allows.',
      };
}
