-- Payments: the accounts that developers connected, what is sold there, checkouts, subscriptions, and the events that
-- tell of them. Provider ids (acct_, cus_, sub_, …) are unique only within an account; account '' is the platform's own.

create table payment_accounts (
  platform_id text not null,
  mode text not null,
  account_id text not null,
  scope text not null,
  sealed_tokens text not null,
  charges_enabled bigint not null,
  payouts_enabled bigint not null,
  details_submitted bigint not null,
  country text,
  default_currency text,
  display_name text,
  version bigint not null,
  connected_at bigint not null,
  disconnected_at bigint,
  checked_at bigint not null,
  primary key (platform_id, mode)
);
create index payment_accounts_by_account on payment_accounts (account_id, mode);

-- Every price a tier ever had at the provider: those who bought at an old one keep it and stay on the tier.
create table prices (
  publishable_key text not null,
  price_id text not null,
  account_id text not null,
  product_id text not null,
  tier text not null,
  amount bigint not null,
  currency text not null,
  billing_interval text not null,
  kind text not null,
  active bigint not null,
  created_at bigint not null,
  primary key (publishable_key, price_id)
);
create index prices_by_tier on prices (publishable_key, tier);

-- One customer at the provider per user and account.
create table payment_customers (
  publishable_key text not null,
  user_id text not null,
  account_id text not null,
  customer_id text not null,
  created_at bigint not null,
  deleted_at bigint,
  primary key (publishable_key, user_id, account_id)
);
create index payment_customers_by_customer on payment_customers (customer_id, account_id);

-- A checkout of a plan. open_key is set while it can be paid, so that there is one open per user and tier.
create table checkouts (
  publishable_key text not null,
  checkout_id text not null,
  user_id text not null,
  tier text not null,
  price_id text not null,
  account_id text not null,
  session_id text,
  url text,
  status text not null,
  open_key text,
  success_url text not null,
  cancel_url text not null,
  subscription_id text,
  created_at bigint not null,
  expires_at bigint not null,
  completed_at bigint,
  primary key (publishable_key, checkout_id)
);
create unique index checkouts_by_session on checkouts (publishable_key, session_id);
create unique index checkouts_open on checkouts (publishable_key, open_key);
create index checkouts_by_object on checkouts (session_id, account_id);
create index checkouts_by_user on checkouts (publishable_key, user_id, checkout_id);
create index checkouts_by_end on checkouts (status, expires_at);

-- One row per subscription at the provider, as it was last fetched. claim_plan and claim_until are what it gives its
-- user: null plan gives nothing, null until gives it until there is news. mrr is its monthly share in minor units.
create table subscriptions (
  publishable_key text not null,
  subscription_id text not null,
  user_id text not null,
  account_id text not null,
  customer_id text not null,
  status text not null,
  price_id text not null,
  product_id text not null,
  tier text not null,
  amount bigint not null,
  currency text not null,
  billing_interval text not null,
  quantity bigint not null,
  period_start bigint not null,
  period_end bigint not null,
  trial_end bigint,
  cancel_at bigint,
  cancel_at_period_end bigint not null,
  canceled_at bigint,
  ended_at bigint,
  cancel_reason text,
  claim_plan text,
  claim_until bigint,
  reason text not null,
  mrr bigint not null,
  facts text not null,
  version bigint not null,
  started_at bigint not null,
  fetched_at bigint not null,
  next_check_at bigint,
  primary key (publishable_key, subscription_id)
);
create index subscriptions_by_user on subscriptions (publishable_key, user_id, started_at, subscription_id);
create index subscriptions_by_check on subscriptions (next_check_at);
create index subscriptions_by_status on subscriptions (publishable_key, status);
create index subscriptions_by_start on subscriptions (publishable_key, started_at, subscription_id);
create index subscriptions_by_object on subscriptions (subscription_id, account_id);

-- Invoices as they were last fetched: revenue, and what a customer paid.
create table invoices (
  publishable_key text not null,
  invoice_id text not null,
  subscription_id text not null,
  user_id text not null,
  number text,
  status text not null,
  amount_due bigint not null,
  amount_paid bigint not null,
  amount_refunded bigint not null,
  currency text not null,
  billing_reason text not null,
  period_start bigint not null,
  period_end bigint not null,
  hosted_url text,
  payment_id text,
  created_at bigint not null,
  paid_at bigint,
  next_attempt_at bigint,
  fetched_at bigint not null,
  primary key (publishable_key, invoice_id)
);
create index invoices_by_user on invoices (publishable_key, user_id, created_at, invoice_id);
create index invoices_by_subscription on invoices (publishable_key, subscription_id, created_at);
create index invoices_by_paid on invoices (publishable_key, paid_at);
create index invoices_by_payment on invoices (publishable_key, payment_id);

-- Events that arrived. publishable_key is '' until the tenant is known, and for events of nobody here. Events of one
-- lane are worked in their order, one at a time. created_at is the provider's time, all other times are the machine's.
create table inbox (
  event_id text primary key,
  source text not null,
  account_id text not null,
  livemode bigint not null,
  provider_event_id text not null,
  type text not null,
  object_id text not null,
  lane text not null,
  publishable_key text not null,
  platform_id text not null,
  status text not null,
  attempts bigint not null,
  due_at bigint not null,
  claimed_until bigint not null,
  last_error text,
  payload text not null,
  created_at bigint not null,
  received_at bigint not null,
  done_at bigint
);
create unique index inbox_by_provider_event on inbox (source, account_id, provider_event_id);
create index inbox_by_due on inbox (status, due_at);
create index inbox_by_lane on inbox (lane, status, event_id);
create index inbox_by_receipt on inbox (status, received_at);
create index inbox_by_tenant on inbox (publishable_key, event_id);
create index inbox_by_object on inbox (publishable_key, object_id);
create index inbox_by_platform on inbox (platform_id, event_id);

-- Work that one process does at a time; times are the machine's. note is where it stands, such as the last event fetched.
create table job_leases (
  job text primary key,
  holder text not null,
  held_until bigint not null,
  ran_at bigint not null,
  note text not null
);

-- The plan a customer was last known to be on: what subscription_changes compares with. Null is the default plan.
alter table end_users add column plan text;
update end_users set plan = (select g.plan from grants g
  where g.publishable_key = end_users.publishable_key and g.user_id = end_users.user_id and g.until_at is null
  order by g.created_at desc, g.plan limit 1);
alter table subscription_changes add column subscription_id text;
create index subscription_changes_by_user on subscription_changes (publishable_key, user_id, change_id);
create index subscription_changes_by_time on subscription_changes (publishable_key, at, change_id);
