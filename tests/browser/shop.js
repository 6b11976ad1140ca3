/** A shop on a free loopback port whose pages use the published client, as its developer would write it. */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { openSite } from './site.js';

const MODULE = fileURLToPath(import.meta.resolve('@dream-api/sdk'));

/**
 * Starts a shop of the demo store: products at `/`, the cart at `/cart`, and `/thanks`.
 *
 * @param {{baseUrl: string, store: {publishableKey: string}}} demo
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export function startShop({ baseUrl, store }) {
  const config = { publishableKey: store.publishableKey, baseUrl };
  return openSite((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isModule = pathname === '/sdk.js';
    response.setHeader('Content-Type', isModule ? 'text/javascript' : 'text/html; charset=utf-8');
    if (isModule) createReadStream(MODULE).pipe(response);
    else response.end(pageOf(PAGES[pathname] ?? PAGES['/'], config));
  });
}

const PRODUCTS = `
    const { products } = await api.products.list();
    const cart = JSON.parse(sessionStorage.getItem('cart') ?? '{}');
    const count = () => Object.values(cart).reduce((sum, quantity) => sum + quantity, 0);
    const show = () => ($('[role=status]').textContent = count() + ' in the cart');
    for (const { name, price, priceId, inventory, soldOut } of products) {
      const item = document.createElement('li');
      item.textContent = name + ', $' + (price / 100).toFixed(2) + ', ' + inventory + ' left ';
      const button = document.createElement('button');
      button.textContent = 'Add ' + name;
      button.disabled = soldOut;
      button.onclick = () => {
        cart[priceId] = (cart[priceId] ?? 0) + 1;
        sessionStorage.setItem('cart', JSON.stringify(cart));
        show();
      };
      item.append(button);
      $('ul').append(item);
    }
    show();`;

const CART = `
    const cart = JSON.parse(sessionStorage.getItem('cart') ?? '{}');
    const items = Object.entries(cart).map(([priceId, quantity]) => ({ priceId, quantity }));
    $('[role=status]').textContent = 'Lines: ' + items.length;
    $('button').onclick = async () => {
      const ways = { successUrl: location.origin + '/thanks?session={CHECKOUT_SESSION_ID}', cancelUrl: location.href };
      try {
        location.assign((await api.products.cartCheckout({ items, ...ways })).url);
      } catch (error) {
        $('[role=status]').textContent = error.message;
      }
    };`;

const THANKS = `
    sessionStorage.removeItem('cart');
    $('[role=status]').textContent = 'Paid with ' + new URLSearchParams(location.search).get('session');`;

const PAGES = {
  '/': { title: 'Shop', body: '<ul></ul><a href="/cart">Go to the cart</a>', script: PRODUCTS },
  '/cart': { title: 'Cart', body: '<button>Check out</button>', script: CART },
  '/thanks': { title: 'Thank you', body: '<a href="/">Back to the shop</a>', script: THANKS },
};

function pageOf({ title, body, script }, config) {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>${title}</title>
  <link rel="icon" href="data:," />
  <main>
    <h1>${title}</h1>
    <p role="status"></p>
    ${body}
  </main>
  <script type="module">
    import { DreamAPI } from '/sdk.js';
    const api = new DreamAPI(${JSON.stringify(config)});
    const $ = (selector) => document.querySelector(selector);
    ${script}
  </script>
</html>`;
}
