//! The file that holds everything, and its tables.

use std::path::Path;

use rusqlite::Connection;

/// Opens the state in a folder, and makes it if there is none. A commit returns once it is on the disk.
pub(crate) fn open(folder: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(folder.join(FILE))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch(TABLES)?;
    Ok(db)
}

/// Takes everything out of every table.
pub(crate) fn clear(db: &mut Connection) -> rusqlite::Result<()> {
    let work = db.transaction()?;
    for table in [
        "objects",
        "connections",
        "tokens",
        "codes",
        "answers",
        "deliveries",
        "attempts",
        "faults",
        "calls",
    ] {
        work.execute(&format!("delete from {table}"), [])?;
    }
    work.commit()
}

const FILE: &str = "sandbox.db";

const TABLES: &str = "
create table if not exists objects (
    seq integer primary key autoincrement,
    id text not null,
    kind text not null,
    account text not null,
    live integer not null,
    created integer not null,
    deleted integer not null default 0,
    body text not null,
    unique (id, account, live)
) strict;
create index if not exists objects_listed on objects (account, live, kind, seq);
create index if not exists objects_due on objects (body ->> '$._due_at') where body ->> '$._due_at' is not null;
create index if not exists objects_open on objects (body ->> '$.parent.subscription_details.subscription')
    where kind = 'invoice' and body ->> '$.status' = 'open';
create index if not exists objects_endpoints on objects (seq) where kind = 'webhook_endpoint';
create table if not exists connections (
    platform text not null,
    account text not null,
    live integer not null,
    scope text not null,
    primary key (platform, account, live)
) strict;
create table if not exists tokens (
    token text primary key,
    platform text not null,
    account text not null,
    live integer not null,
    refresh integer not null
) strict;
create table if not exists codes (
    code text primary key,
    client_id text not null,
    account text not null,
    scope text not null,
    redirect_uri text not null,
    expires_at integer not null,
    used_by text
) strict;
create table if not exists answers (
    account text not null,
    live integer not null,
    key text not null,
    fingerprint blob not null,
    status integer not null,
    body text not null,
    request_id text not null,
    stored_at integer not null,
    primary key (account, live, key)
) strict;
create table if not exists deliveries (
    seq integer primary key autoincrement,
    event text not null,
    endpoint text not null,
    state text not null,
    due_at integer not null,
    attempts integer not null default 0
) strict;
create index if not exists deliveries_waiting on deliveries (state, due_at);
create index if not exists deliveries_of_event on deliveries (event);
create table if not exists attempts (
    seq integer primary key autoincrement,
    delivery integer not null,
    at integer not null,
    status integer,
    error text
) strict;
create table if not exists calls (
    seq integer primary key autoincrement,
    body text not null
) strict;
create table if not exists faults (
    what text primary key,
    remaining integer,
    seconds integer not null
) strict;
";
