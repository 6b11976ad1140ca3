-- What developers give single customers on top of a plan's limit, and customers found by what they bought.

-- Extra use of one meter in one period; several add up. The record of the act in the audit log has the same id.
create table usage_extras (
  publishable_key text not null,
  user_id text not null,
  meter text not null,
  period_start bigint not null,
  audit_id text not null,
  period_end bigint not null,
  amount bigint not null,
  granted_by text not null,
  reason text,
  created_at bigint not null,
  primary key (publishable_key, user_id, meter, period_start, audit_id)
);
create index usage_extras_by_end on usage_extras (period_end);

-- Until when there may be extra use; null where there never was any, so that most calls need not look.
alter table end_users add column extra_until bigint;

create index orders_by_user on orders (publishable_key, user_id, order_id);
