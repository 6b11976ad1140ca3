-- One text for SQLite and PostgreSQL: columns are text or bigint, times are epoch milliseconds, JSON is opaque text.
-- Tables of a tenant lead with publishable_key, so that a distributed PostgreSQL can shard on it.

-- Facts about this database: the development mark, the clock offset, the root project's key.
create table settings (
  name text primary key,
  value text not null
);

-- Running processes; one that disagrees with a living one about its public URL or master key refuses to start.
create table instances (
  instance_id text primary key,
  public_url text not null,
  master_key_check text not null,
  heartbeat_at bigint not null
);

create table platforms (
  platform_id text primary key,
  owner_id text not null unique,
  created_at bigint not null
);

create table projects (
  project_id text primary key,
  platform_id text not null,
  name text not null,
  kind text not null,
  created_at bigint not null
);
create index projects_by_platform on projects (platform_id, project_id);

-- A tenant is a project in one mode. generation grows with every change that a cache must see.
create table tenants (
  publishable_key text primary key,
  project_id text not null,
  platform_id text not null,
  mode text not null,
  settings text not null,
  generation bigint not null,
  created_at bigint not null
);
create unique index tenants_by_project on tenants (project_id, mode);
create index tenants_by_platform on tenants (platform_id, publishable_key);

create table api_keys (
  key_hash text primary key,
  key_id text not null unique,
  publishable_key text not null,
  label text not null,
  last_four text not null,
  status text not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
);
create index api_keys_by_tenant on api_keys (publishable_key, key_id);

create table tiers (
  publishable_key text not null,
  name text not null,
  tier_id text not null,
  display_name text not null,
  description text,
  kind text not null,
  price bigint not null,
  currency text not null,
  billing_interval text not null,
  limits text not null,
  features text not null,
  popular bigint not null,
  is_default bigint not null,
  position bigint not null,
  active bigint not null,
  trial_days bigint,
  rate_per_minute bigint,
  inventory bigint,
  max_per_order bigint,
  image_urls text not null,
  price_id text not null,
  product_id text not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (publishable_key, name)
);

create table end_users (
  publishable_key text not null,
  user_id text not null,
  external_id text,
  email text,
  email_folded text,
  email_verified bigint not null,
  first_name text,
  last_name text,
  metadata text not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (publishable_key, user_id)
);
create unique index end_users_by_email on end_users (publishable_key, email_folded);
create unique index end_users_by_external_id on end_users (publishable_key, external_id);

-- A plan that a person or the backend gave, as opposed to one that was bought.
create table grants (
  publishable_key text not null,
  user_id text not null,
  plan text not null,
  granted_by text not null,
  until_at bigint,
  created_at bigint not null,
  primary key (publishable_key, user_id, plan)
);

create table sessions (
  publishable_key text not null,
  session_id text not null,
  user_id text not null,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  primary key (publishable_key, session_id)
);
create index sessions_by_user on sessions (publishable_key, user_id, session_id);

-- Private keys are sealed with the master key.
create table signing_keys (
  kid text primary key,
  sealed text not null,
  public_key text not null,
  created_at bigint not null,
  retires_at bigint
);

-- The counters of periods that run. taken is what the last batch took (PostgreSQL), folded what usage_days has seen.
create table usage_counts (
  publishable_key text not null,
  user_id text not null,
  meter text not null,
  period_start bigint not null,
  period_end bigint not null,
  used bigint not null,
  held bigint not null,
  taken bigint not null,
  folded bigint not null,
  plan text not null,
  updated_at bigint not null,
  primary key (publishable_key, user_id, meter, period_start)
);

-- Closed periods: what usage_counts held when the period was over.
create table usage_snapshots (
  publishable_key text not null,
  user_id text not null,
  meter text not null,
  period_start bigint not null,
  period_end bigint not null,
  used bigint not null,
  plan text not null,
  primary key (publishable_key, user_id, meter, period_start)
);

-- Calls by day (epoch milliseconds of its start, UTC); user_id '' is the total of the tenant.
create table usage_days (
  publishable_key text not null,
  day bigint not null,
  user_id text not null,
  meter text not null,
  used bigint not null,
  primary key (publishable_key, day, user_id, meter)
);

-- Counts of deleted customers, by hash of the id, until the period ends: deleting oneself is no way to a fresh limit.
create table usage_tombstones (
  publishable_key text not null,
  subject_hash text not null,
  meter text not null,
  period_start bigint not null,
  period_end bigint not null,
  used bigint not null,
  primary key (publishable_key, subject_hash, meter, period_start)
);

-- SQLite only: what was counted since the last fold, one row per commit.
create table journal (
  seq bigint primary key,
  entries text not null
);

create table idempotency_keys (
  publishable_key text not null,
  key_hash text not null,
  body_hash text not null,
  status bigint not null,
  answer text not null,
  created_at bigint not null,
  primary key (publishable_key, key_hash)
);

-- Every change of what a user is entitled to; charts and churn read nothing else.
create table subscription_changes (
  publishable_key text not null,
  change_id text not null,
  user_id text not null,
  at bigint not null,
  from_plan text not null,
  to_plan text not null,
  mrr_before bigint not null,
  mrr_after bigint not null,
  currency text not null,
  reason text not null,
  primary key (publishable_key, change_id)
);

create table audit_log (
  platform_id text not null,
  audit_id text not null,
  publishable_key text,
  at bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail text not null,
  primary key (platform_id, audit_id)
);
