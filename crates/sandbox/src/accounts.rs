//! Accounts: one for each key, and those connected to a platform.

use rusqlite::OptionalExtension;
use serde_json::{Map, Value, json};

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

/// `POST /v1/accounts`: an account that is connected from its beginning and takes no payments before its owner told
/// who he is, on the page of an account link.
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
    for name in READY {
        account[*name] = false.into();
    }
    require(&mut account);
    objects::save(&at, &account)?;
    connect(ctx, &ctx.platform, &id, "read_write")?;
    Ok(account)
}

/// What a test may change of an account.
pub(crate) const CHANGEABLE: &[&str] = &[
    "charges_enabled",
    "details_submitted",
    "payouts_enabled",
    "country",
    "default_currency",
    "email",
];

/// What is true of an account that is ready to take payments.
const READY: &[&str] = &["charges_enabled", "details_submitted", "payouts_enabled"];

/// Changes an account as its owner or the provider would, and tells every side of it that is connected.
pub(crate) fn change(ctx: &Context, id: &str, changes: &Map<String, Value>) -> Result<Value> {
    let at = ctx.on(home(id));
    let before = objects::get(&at, "account", id, "account")?;
    let mut after = before.clone();
    for (name, value) in changes {
        let is_flag = READY.contains(&name.as_str());
        if value.is_boolean() != is_flag || !(is_flag || value.is_string()) {
            let kind = if is_flag { "true or false" } else { "a text" };
            return Err(Problem::invalid(format!("{name} is {kind}")).with_param(name));
        }
        after[name] = value.clone();
    }
    require(&mut after);
    objects::save(&at, &after)?;
    for live in sides(ctx, id)? {
        let account = id.to_owned();
        let side = ctx.on(Scope { account, live });
        events::emit_change(&side, "account.updated", &before, &after)?;
    }
    Ok(after)
}

/// The owner told everything: the account takes payments.
pub(crate) fn finish(ctx: &Context, id: &str) -> Result<Value> {
    let ready = READY.iter().map(|name| ((*name).to_owned(), true.into()));
    change(ctx, id, &ready.collect())
}

/// The owner takes away the access of every platform: the ids of those that had it.
pub(crate) fn leave(ctx: &Context, id: &str) -> Result<Vec<String>> {
    objects::get(&ctx.on(home(id)), "account", id, "account")?;
    let sql = "select platform, max(live) from connections where account = ?1 group by platform";
    let mut statement = ctx.db.prepare(sql)?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let connected = rows.collect::<rusqlite::Result<Vec<(String, bool)>>>()?;
    for (platform, live) in &connected {
        let account = platform.clone();
        let live = *live;
        let mut of_platform = ctx.on(Scope { account, live });
        of_platform.platform.clone_from(platform);
        disconnect(&of_platform, platform, id)?;
    }
    Ok(connected
        .into_iter()
        .map(|(platform, _)| platform)
        .collect())
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

/// The sides of an account that platforms are connected to; the test side if there is none.
fn sides(ctx: &Context, id: &str) -> Result<Vec<bool>> {
    let sql = "select distinct live from connections where account = ?1 order by live";
    let mut statement = ctx.db.prepare(sql)?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    let sides = rows.collect::<rusqlite::Result<Vec<bool>>>()?;
    Ok(if sides.is_empty() { vec![false] } else { sides })
}

/// Writes down what is asked of the owner: his details, until charges are enabled.
fn require(account: &mut Value) {
    let asks = account["charges_enabled"] == false;
    let due: &[&str] = if asks { &["external_account"] } else { &[] };
    account["requirements"] = json!({
        "currently_due": due,
        "disabled_reason": asks.then_some("requirements.past_due"),
        "past_due": due,
    });
    let state = if asks { "inactive" } else { "active" };
    account["capabilities"] = json!({ "card_payments": state, "transfers": state });
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
