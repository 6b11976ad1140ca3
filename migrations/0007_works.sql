-- Work on a project that outlives the request which asked for it. Times are the machine's.

-- What is being done to a project, or was done within the last hour; it stays when the project goes. done and total are
-- subscriptions to cancel. Whoever holds it says so again and again; when it falls silent, another one takes over.
-- error_code and error are why the last try failed: it is due again, or has been given up if it is finished. answer is
-- what went, once all did.
create table works (
  work_id text primary key,
  platform_id text not null,
  project_id text not null,
  publishable_key text not null,
  project_name text not null,
  kind text not null,
  detail text not null,
  done bigint not null,
  total bigint not null,
  answer text,
  failures bigint not null,
  error_code text,
  error text,
  holder text not null,
  held_until bigint not null,
  due_at bigint not null,
  created_at bigint not null,
  finished_at bigint
);
-- Two things at a time are never done to a project.
create unique index works_by_project on works (project_id) where finished_at is null;
create index works_by_platform on works (platform_id, created_at);
