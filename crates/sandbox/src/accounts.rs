//! Accounts: one for each key, and those connected to a platform.

use rusqlite::OptionalExtension;
use serde_json::{Value, json};

use crate::context::{Context, Input, Scope, letters};
use crate::objects;
use crate::params::{Field, Kind, may};
use crate::problem::{Problem, Result};
use crate::{events, metadata};

/// Parameters of `POST /v1/accounts`.
pub(crate) const CREATE: &[Field] = &[
    may("country", Kind::Text),
    may("default_currency", Kind::Text),
    may("email", Kind::Text),
    may("metadata", Kind::Texts),
    may("type", Kind::Choice(&["standard"])),
];

/// `POST /v1/accounts`: an account that is connected from its beginning.
pub(crate) fn create(ctx: &Context, input: &Input) -> Result<Value> {
    let id = make(ctx)?;
    let at = ctx.on(home(&id));
    let mut account = objects::get(&at, "account", &id, "account")?;
    objects::take_over(
        &mut account,
        input,
        &["country", "default_currency", "email"],
    );
    account["metadata"] = metadata::of(input)?;
    objects::save(&at, &account)?;
    connect(ctx, &ctx.platform, &id, "read_write")?;
    Ok(account)
}

/// `GET /v1/account`: the account that is acted for.
pub(crate) fn own(ctx: &Context, _: &Input) -> Result<Value> {
    let id = &ctx.scope.account;
    objects::get(&ctx.on(home(id)), "account", id, "account")
}

/// `GET /v1/accounts/{id}`: one's own or a connected one.
pub(crate) fn retrieve(ctx: &Context, input: &Input) -> Result<Value> {
    let id = input.id();
    if id != ctx.scope.account && !is_connected(ctx, id)? {
        return Err(no_access(id));
    }
    objects::get(&ctx.on(home(id)), "account", id, "account")
}

/// `GET /v1/accounts`: those connected.
pub(crate) fn list(ctx: &Context, input: &Input) -> Result<Value> {
    let sql = "select distinct account from connections where platform = ?1 order by rowid desc";
    let mut statement = ctx.db.prepare(sql)?;
    let ids = statement.query_map([&ctx.scope.account], |row| row.get::<_, String>(0))?;
    let ids = ids.collect::<rusqlite::Result<Vec<_>>>()?;
    let account = |id: &String| objects::get(&ctx.on(home(id)), "account", id, "account");
    let found = ids.iter().map(account).collect::<Result<Vec<_>>>()?;
    objects::page(input, &found, "/v1/accounts")
}

/// Makes an account that is ready to take payments; answers its id.
pub(crate) fn make(ctx: &Context) -> Result<String> {
    let id = letters(ctx.random, "acct_", 16);
    make_with_id(ctx, &id)?;
    Ok(id)
}

/// Makes the account with this id unless there is one.
pub(crate) fn make_with_id(ctx: &Context, id: &str) -> Result<()> {
    let at = ctx.on(home(id));
    if objects::find(&at, id)?.is_some() {
        return Ok(());
    }
    objects::insert(
        &at,
        &json!({
            "id": id,
            "object": "account",
            "business_profile": { "mcc": null, "name": "Sandbox business", "support_email": null, "url": null },
            "business_type": null,
            "capabilities": { "card_payments": "active", "transfers": "active" },
            "charges_enabled": true,
            "controller": { "type": "account" },
            "country": "US",
            "created": ctx.now,
            "default_currency": "usd",
            "details_submitted": true,
            "email": format!("{}@example.com", id.trim_start_matches("acct_").to_ascii_lowercase()),
            "metadata": {},
            "payouts_enabled": true,
            "requirements": { "currently_due": [], "disabled_reason": null, "past_due": [] },
            "settings": { "dashboard": { "display_name": "Sandbox business", "timezone": "Etc/UTC" } },
            "type": "standard",
        }),
    )
}

/// Lets a platform act for an account on the side of the call.
pub(crate) fn connect(ctx: &Context, platform: &str, account: &str, scope: &str) -> Result<()> {
    let sql = "insert into connections (platform, account, live, scope) values (?1, ?2, ?3, ?4)
        on conflict (platform, account, live) do update set scope = excluded.scope";
    ctx.db
        .execute(sql, (platform, account, ctx.scope.live, scope))?;
    let application = json!({ "id": platform.replace("acct_", "ca_"), "object": "application", "name": "Sandbox platform" });
    let on = ctx.on(Scope {
        account: account.to_owned(),
        live: ctx.scope.live,
    });
    events::emit(&on, "account.application.authorized", &application)
}

/// Takes a platform's access away, with its tokens, and says so; false if it had none.
pub(crate) fn disconnect(ctx: &Context, platform: &str, account: &str) -> Result<bool> {
    let on = ctx.on(Scope {
        account: account.to_owned(),
        live: ctx.scope.live,
    });
    if !is_connected(ctx, account)? {
        return Ok(false);
    }
    let application = json!({ "id": platform.replace("acct_", "ca_"), "object": "application", "name": "Sandbox platform" });
    events::emit(&on, "account.application.deauthorized", &application)?;
    ctx.db.execute(
        "delete from connections where platform = ?1 and account = ?2",
        (platform, account),
    )?;
    ctx.db.execute(
        "delete from tokens where platform = ?1 and account = ?2",
        (platform, account),
    )?;
    Ok(true)
}

/// Whether the platform of the call may act for an account; a live key needs a live connection.
pub(crate) fn is_connected(ctx: &Context, account: &str) -> Result<bool> {
    let sql = "select 1 from connections where platform = ?1 and account = ?2 and live >= ?3";
    let found = ctx
        .db
        .query_row(sql, (&ctx.platform, account, ctx.scope.live), |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// 403, as if there were no such account.
pub(crate) fn no_access(account: &str) -> Problem {
    let message = format!(
        "The provided key does not have access to account '{account}' (or that account does not exist). \
         Application access may have been revoked."
    );
    let problem = Problem::invalid(message)
        .with_status(403)
        .with_code("account_invalid");
    Problem {
        began: false,
        ..problem
    }
}

/// Accounts have no sides: they are kept on the test side of themselves.
fn home(id: &str) -> Scope {
    Scope {
        account: id.to_owned(),
        live: false,
    }
}
