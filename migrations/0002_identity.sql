-- People sign up, sign in and stay safe: passwords, identities, one-time codes, refresh tokens, mail.

-- A session is a sign-in. cookie_hash is the secret of the hosted pages' cookie; none for a minted token.
alter table sessions add column cookie_hash text;
alter table sessions add column user_agent text;
alter table sessions add column authenticated_at bigint not null default 0;
alter table sessions add column last_used_at bigint not null default 0;
create unique index sessions_by_cookie on sessions (cookie_hash);

-- argon2id in PHC form.
create table passwords (
  publishable_key text not null,
  user_id text not null,
  phc text not null,
  changed_at bigint not null,
  primary key (publishable_key, user_id)
);

-- Who someone is at another provider: Google or any OIDC issuer. subject is the provider's id of the person.
create table identities (
  publishable_key text not null,
  provider text not null,
  subject text not null,
  user_id text not null,
  email text,
  created_at bigint not null,
  primary key (publishable_key, provider, subject)
);
create index identities_by_user on identities (publishable_key, user_id, provider);

-- Sign-in providers of a project. The client secret is sealed with the tenant.
create table sign_in_providers (
  publishable_key text not null,
  provider text not null,
  display_name text not null,
  issuer text not null,
  client_id text not null,
  sealed_secret text not null,
  created_at bigint not null,
  primary key (publishable_key, provider)
);

-- What proves something once: codes and links of mails, codes of the way back to an app, states of provider
-- sign-ins. Secrets are stored as hashes; payload is sealed.
create table one_time_tokens (
  publishable_key text not null,
  token_id text not null,
  purpose text not null,
  user_id text,
  email_folded text,
  link_hash text,
  flow_hash text,
  code_hash text,
  payload text not null,
  attempts bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  primary key (publishable_key, token_id)
);
create unique index one_time_tokens_by_link on one_time_tokens (link_hash);
create unique index one_time_tokens_by_flow on one_time_tokens (flow_hash);
create index one_time_tokens_by_user on one_time_tokens (publishable_key, user_id);
create index one_time_tokens_by_end on one_time_tokens (expires_at);

-- Each refresh token works once; one that is used again ends its session.
create table refresh_tokens (
  token_hash text primary key,
  publishable_key text not null,
  session_id text not null,
  origin text not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
);
create index refresh_tokens_by_session on refresh_tokens (publishable_key, session_id);
create index refresh_tokens_by_end on refresh_tokens (expires_at);

-- The picture of a project on hosted pages and in mails, base64.
create table logos (
  publishable_key text primary key,
  content_type text not null,
  data text not null,
  updated_at bigint not null
);

-- What leaves the process is here first. payload is sealed, since mails hold codes.
create table outbox (
  message_id text primary key,
  publishable_key text not null,
  kind text not null,
  payload text not null,
  status text not null,
  attempts bigint not null,
  due_at bigint not null,
  claimed_until bigint not null,
  created_at bigint not null,
  sent_at bigint,
  last_error text
);
create index outbox_by_due on outbox (status, due_at);
create index outbox_by_tenant on outbox (publishable_key, message_id);
