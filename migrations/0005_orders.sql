-- Orders of stores, and the stock they hold. tiers.inventory is what is available: a reservation takes from it, a sold
-- line keeps it, a release gives it back. Times are business time. check_at is when to look at an order without news.

create table orders (
  publishable_key text not null,
  order_id text not null,
  status text not null,
  account_id text not null,
  session_id text,
  url text,
  payment_id text,
  user_id text,
  email text,
  email_folded text,
  currency text not null,
  amount_total bigint not null,
  amount_paid bigint not null,
  amount_refunded bigint not null,
  amount_held bigint not null,
  shipping text,
  tracking_url text,
  note text,
  dispute text,
  dispute_id text,
  receipt_hash text not null,
  receipt_sealed text not null,
  version bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  paid_at bigint,
  fulfilled_at bigint,
  closed_at bigint,
  check_at bigint,
  primary key (publishable_key, order_id)
);
create unique index orders_by_session on orders (publishable_key, session_id);
create unique index orders_by_receipt on orders (receipt_hash);
create index orders_by_object on orders (session_id, account_id);
create index orders_by_payment on orders (payment_id, account_id);
create index orders_by_status on orders (publishable_key, status, order_id);
create index orders_by_email on orders (publishable_key, email_folded, order_id);
create index orders_by_paid on orders (publishable_key, paid_at);
create index orders_by_check on orders (check_at);

-- What was bought, at which price, as it was called then. amount is what all of a line cost; counted lines have stock.
create table order_lines (
  publishable_key text not null,
  order_id text not null,
  line bigint not null,
  tier_id text not null,
  tier text not null,
  name text not null,
  price_id text not null,
  unit_amount bigint not null,
  quantity bigint not null,
  amount bigint not null,
  counted bigint not null,
  refunded_quantity bigint not null,
  restocked_quantity bigint not null,
  image_url text,
  primary key (publishable_key, order_id, line)
);

-- What happened to an order. place grows with every entry.
create table order_events (
  publishable_key text not null,
  order_id text not null,
  place bigint not null,
  kind text not null,
  amount bigint,
  detail text,
  at bigint not null,
  primary key (publishable_key, order_id, place)
);

-- Stock that was taken for a line of an order. who is a hash of the network it was asked from, empty for servers.
create table reservations (
  publishable_key text not null,
  reservation_id text not null,
  order_id text not null,
  line bigint not null,
  tier_id text not null,
  tier text not null,
  quantity bigint not null,
  status text not null,
  who text not null,
  created_at bigint not null,
  ends_at bigint not null,
  primary key (publishable_key, reservation_id)
);
create index reservations_by_order on reservations (publishable_key, order_id);
create index reservations_by_who on reservations (publishable_key, who, status);
create index reservations_by_tier on reservations (publishable_key, status, tier_id);

-- Money that goes back. The amount is set aside in the order before the payment provider is asked; the id is the
-- idempotency key there. origin is who wanted it: seller, out_of_stock or provider.
create table refunds (
  publishable_key text not null,
  refund_id text not null,
  order_id text not null,
  amount bigint not null,
  status text not null,
  provider_id text,
  reason text,
  origin text not null,
  restock bigint not null,
  lines text not null,
  last_error text,
  created_at bigint not null,
  due_at bigint not null,
  settled_at bigint,
  primary key (publishable_key, refund_id)
);
create unique index refunds_by_provider on refunds (publishable_key, provider_id);
create index refunds_by_order on refunds (publishable_key, order_id, refund_id);
create index refunds_by_due on refunds (status, due_at);

-- How much of a product is unsold, as its developer was last told: out, low or fine.
create table stock_levels (
  publishable_key text not null,
  tier_id text not null,
  level text not null,
  told_at bigint not null,
  primary key (publishable_key, tier_id)
);
