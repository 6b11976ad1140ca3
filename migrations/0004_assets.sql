-- Uploaded pictures, and when a product is nearly sold out.

-- An address names the picture by its content; the object it is kept in has a name that is never used twice.
create table assets (
  publishable_key text not null,
  asset_key text not null,
  object text not null,
  content_type text not null,
  bytes bigint not null,
  width bigint not null,
  height bigint not null,
  created_at bigint not null,
  primary key (publishable_key, asset_key)
);
create unique index assets_by_key on assets (asset_key);

-- Objects that no asset names, no longer or not yet: each is removed when it is due (machine time).
create table asset_removals (
  object text not null,
  due_at bigint not null,
  primary key (object)
);
create index asset_removals_due on asset_removals (due_at);

-- From how many unsold ones on a product counts as low; null for the usual number.
alter table tiers add column low_stock_at bigint;
