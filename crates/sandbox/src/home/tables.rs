//! The tables of the page.

use rusqlite::{Connection, Row};
use serde_json::Value;

use crate::calls;
use crate::objects;
use crate::pages::{escape, moment};
use crate::problem::Result;

/// How many events and calls are shown.
pub(super) const SHOWN: i64 = 50;

/// Every side of every account, with how much it holds.
pub(super) fn accounts(db: &Connection) -> Result<String> {
    let sql = "select a.id, sides.live, a.body ->> '$.charges_enabled',
            sum(o.kind = 'product'), sum(o.kind = 'customer'), sum(o.kind = 'subscription'), sum(o.kind = 'invoice')
        from objects a
        join (select 0 live union all select 1) sides
        left join objects o on o.account = a.id and o.live = sides.live and o.deleted = 0 and o.kind <> 'account'
        where a.kind = 'account' group by a.seq, sides.live having count(o.id) > 0 or sides.live = 0
        order by a.seq, sides.live";
    let row = |row: &Row| {
        let id: String = row.get(0)?;
        let live: bool = row.get(1)?;
        let ready: bool = row.get::<_, Option<bool>>(2)?.unwrap_or_default();
        let count = |column: usize| {
            let count: Option<i64> = row.get(column)?;
            Ok(format!(
                "<td class=\"end\">{}</td>",
                count.unwrap_or_default()
            ))
        };
        let counts = (3..7).map(count).collect::<rusqlite::Result<String>>()?;
        let side = if live { "live" } else { "test" };
        let payments = if ready {
            "<span class=\"tag good\">takes payments</span>"
        } else {
            "<span class=\"tag bad\">not yet</span>"
        };
        let id = escape(&id);
        Ok(format!(
            "<tr><td><code>{id}</code></td><td>{side}</td><td>{payments}</td>{counts}</tr>"
        ))
    };
    let rows = db
        .prepare(sql)?
        .query_map([], row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(table(
        "<th>Account</th><th>Side</th><th>State</th><th class=\"end\">Products</th><th class=\"end\">Customers</th>\
         <th class=\"end\">Subscriptions</th><th class=\"end\">Invoices</th>",
        &rows,
        "None yet: an account is made by the first call with its key.",
    ))
}

/// The newest events with their deliveries.
pub(super) fn events(db: &Connection) -> Result<String> {
    let sql = "select body, account from objects where kind = 'event' order by seq desc limit ?1";
    let mut statement = db.prepare(sql)?;
    let found = statement.query_map([SHOWN], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut rows = Vec::new();
    for row in found {
        let (body, account): (String, String) = row?;
        let event: Value = serde_json::from_str(&body)?;
        let id = objects::text(&event, "id");
        rows.push(format!(
            "<tr><td><time>{}</time></td><td>{}<br><code class=\"quiet\">{}</code></td><td><code>{}</code></td><td>{}</td></tr>",
            moment(event["created"].as_i64().unwrap_or_default()),
            escape(objects::text(&event, "type")),
            escape(id),
            escape(&account),
            deliveries(db, id)?
        ));
    }
    Ok(table(
        "<th>When</th><th>Event</th><th>Account</th><th>Deliveries</th>",
        &rows,
        "None yet.",
    ))
}

/// The newest calls of the API.
pub(super) fn calls(db: &Connection) -> Result<String> {
    let row = |call: &Value| {
        let status = call["status"].as_i64().unwrap_or_default();
        let class = if status < 400 { "tag good" } else { "tag bad" };
        format!(
            "<tr><td><time>{}</time></td><td>{} <code>{}</code></td><td><span class=\"{class}\">{status}</span></td>\
             <td><code>{}</code></td><td><code>{}</code></td></tr>",
            moment(call["at"].as_i64().unwrap_or_default()),
            escape(objects::text(call, "method")),
            escape(objects::text(call, "path")),
            escape(objects::text(call, "account")),
            escape(objects::text(call, "request_id")),
        )
    };
    let rows: Vec<String> = calls::last(db, SHOWN)?.iter().rev().map(row).collect();
    Ok(table(
        "<th>When</th><th>Call</th><th>Answer</th><th>Account</th><th>Request</th>",
        &rows,
        "None yet.",
    ))
}

/// Where an event went, and what became of it.
fn deliveries(db: &Connection, event: &str) -> Result<String> {
    let sql = "select d.state, d.due_at, d.attempts, e.body ->> '$.url', a.status, a.error
        from deliveries d left join objects e on e.id = d.endpoint and e.kind = 'webhook_endpoint'
        left join attempts a on a.seq = (select max(seq) from attempts where delivery = d.seq)
        where d.event = ?1 order by d.seq";
    let row = |row: &Row| {
        let state: String = row.get(0)?;
        let (due_at, attempts): (i64, i64) = (row.get(1)?, row.get(2)?);
        let url: Option<String> = row.get(3)?;
        let status: Option<i64> = row.get(4)?;
        let error: Option<String> = row.get(5)?;
        let class = if state == "done" {
            "tag good"
        } else {
            "tag bad"
        };
        let answer = status
            .map(|status| status.to_string())
            .or(error)
            .unwrap_or_default();
        let next = match (state.as_str(), attempts) {
            ("ready", 0) => "waits".to_owned(),
            ("ready", _) => format!("again {}", moment(due_at)),
            ("done", _) => "taken".to_owned(),
            (other, _) => other.to_owned(),
        };
        Ok(format!(
            "<div><span class=\"{class}\">{next}</span> {answer} <span class=\"quiet\">{}</span></div>",
            escape(url.as_deref().unwrap_or("an endpoint that is gone"))
        ))
    };
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement
        .query_map([event], row)?
        .collect::<rusqlite::Result<String>>()?;
    Ok(if rows.is_empty() {
        "<span class=\"quiet\">nobody asked for it</span>".to_owned()
    } else {
        rows
    })
}

fn table(head: &str, rows: &[String], nothing: &str) -> String {
    if rows.is_empty() {
        return format!("<p class=\"box quiet\">{nothing}</p>");
    }
    format!(
        "<div class=\"box scroll\" tabindex=\"0\"><table><thead><tr>{head}</tr></thead><tbody>{}</tbody></table></div>",
        rows.concat()
    )
}
