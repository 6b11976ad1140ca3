//! Orders as they are listed: filtered, searched and sorted, a page at a time.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::order::State;
use dream_domain::time::Millis;

use super::{Line, Order, row};
use crate::Db;
use crate::params;
use crate::pattern::{AFTER_IDS, like};
use crate::scope::Scope;
use crate::sql::{Sql, statements};
use crate::value::Value;

/// How many orders lines are read of in one statement.
const AT_ONCE: usize = 25;

/// A page: `$2` is the place, `$3` to `$7` the filter, `$8` how many; `$of` narrows down by index what is looked through.
macro_rules! page {
    ($after:literal $way:literal $($of:tt)*) => {
        concat!("select order_id, account_id, session_id, url, payment_id, user_id, email, currency, amount_total, amount_paid,
        amount_refunded, amount_held, shipping, tracking_url, note, dispute, dispute_id, receipt_sealed, version, created_at,
        expires_at, paid_at, fulfilled_at, closed_at, check_at from orders
        where publishable_key = $1 and ", $after, $($of)*, "
        and (cast($3 as text) is null or status = $3) and created_at >= $4 and created_at < $5
        and (cast($6 as text) is null or order_id = $6 or payment_id = $6 or session_id = $6 or email_folded like $7 escape '\\')
        order by ", $way, " limit $8")
    };
}

/// Of the id `$6`: an order's own, of its payment or of its session. `union all`, here and below: for the sake of a sorted
/// `union` SQLite reads all of the tenant's rows.
macro_rules! of_id {
    () => {
        " and order_id in (
          select order_id from orders where publishable_key = $1 and order_id = $6
          union all select order_id from orders where publishable_key = $1 and session_id = $6
          union all select order_id from orders where publishable_key || '' = $1 and payment_id = $6)"
    };
}

/// Of a user, or of an address: whoever used it if the third is 1, else only where nobody was signed in. Who was is asked
/// outside, so that the index alone answers which orders have the address.
macro_rules! of_buyer {
    ($user:literal $address:literal $anyone:literal) => {
        concat!(
            " and order_id in (
          select order_id from orders where publishable_key = $1 and user_id = ",
            $user,
            "
          union all select order_id from orders where publishable_key = $1 and email_folded = ",
            $address,
            ")
        and (user_id is null or user_id = ",
            $user,
            " or cast(",
            $anyone,
            " as bigint) = 1)"
        )
    };
}

statements! {
    NEWEST = page!("order_id < $2" "order_id desc" "");
    NEWEST_OF_ID = page!("order_id < $2" "order_id desc" of_id!());
    NEWEST_OF_BUYER = page!("order_id < $2" "order_id desc" of_buyer!("$9" "$10" "$11"));
    OLDEST = page!("order_id > $2" "order_id" "");
    OLDEST_OF_ID = page!("order_id > $2" "order_id" of_id!());
    OLDEST_OF_BUYER = page!("order_id > $2" "order_id" of_buyer!("$9" "$10" "$11"));
    SMALLEST = page!("(amount_total, order_id) > ($9, $2)" "amount_total, order_id" "");
    SMALLEST_OF_ID = page!("(amount_total, order_id) > ($9, $2)" "amount_total, order_id" of_id!());
    SMALLEST_OF_BUYER = page!("(amount_total, order_id) > ($9, $2)" "amount_total, order_id" of_buyer!("$10" "$11" "$12"));
    LARGEST = page!("(amount_total, order_id) < ($9, $2)" "amount_total desc, order_id desc" "");
    LARGEST_OF_ID = page!("(amount_total, order_id) < ($9, $2)" "amount_total desc, order_id desc" of_id!());
    LARGEST_OF_BUYER = page!("(amount_total, order_id) < ($9, $2)" "amount_total desc, order_id desc" of_buyer!("$10" "$11" "$12"));
    IS_ID = "select cast(1 as bigint) where exists (select 1 from orders where publishable_key = $1 and order_id = $2)
        or exists (select 1 from orders where publishable_key = $1 and session_id = $2)
        or exists (select 1 from orders where publishable_key || '' = $1 and payment_id = $2)";
    LINES_OF = "select line, tier_id, tier, name, price_id, unit_amount, quantity, amount, counted, refunded_quantity,
        restocked_quantity, image_url, order_id from order_lines where publishable_key = $1 and order_id in
        ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
        order by order_id, line";
}

/// What a list of orders is about; everything that is set must fit.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this buyer.
    pub buyer: Option<Buyer>,
    /// Made at this moment or later.
    pub from: Option<Millis>,
    /// Made before this moment.
    pub to: Option<Millis>,
    /// Only the one with this id, payment or session; if there is none such, those with this in the e-mail.
    pub search: Option<String>,
}

/// Whose orders: those made by a signed-in user, and those that were paid under an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyer {
    /// The user.
    pub user: Option<Arc<str>>,
    /// The address, folded.
    pub address: Option<String>,
    /// Of the address, whoever was signed in; else only those for which nobody was.
    pub anyone: bool,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What was made last comes first.
    #[default]
    Newest,
    /// What was made first comes first.
    Oldest,
    /// What costs least comes first, and of those the oldest. All of the tenant's orders are looked at for a page.
    Smallest,
    /// What costs most comes first, and of those the newest. All of the tenant's orders are looked at for a page.
    Largest,
}

/// The order that a page ended with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    /// Its id.
    pub id: String,
    /// What it cost, in minor units.
    pub amount_total: i64,
}

/// A page of orders, after `last` if there is one. A buyer and a whole id are looked up by index.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    sort: Sort,
    last: Option<&Last>,
    limit: i64,
) -> Result<Vec<Order>> {
    let search = filter.search.as_deref();
    let (id, amount) = match sort {
        Sort::Newest | Sort::Largest => (AFTER_IDS, i64::MAX),
        Sort::Oldest | Sort::Smallest => ("", i64::MIN),
    };
    let mut row = params![
        scope.tenant(),
        last.map_or(id, |last| &last.id),
        filter.state.map(State::as_str),
        filter.from.unwrap_or(Millis(i64::MIN)),
        filter.to.unwrap_or(Millis(i64::MAX)),
        search,
        search.map(|text| like(&text.to_lowercase())),
        limit
    ];
    if matches!(sort, Sort::Smallest | Sort::Largest) {
        row.push(last.map_or(amount, |last| last.amount_total).into());
    }
    let [all, of_id, of_buyer] = statements_of(sort);
    let sql = if let Some(buyer) = &filter.buyer {
        let address = buyer.address.as_deref();
        row.extend(params![buyer.user.as_ref(), address, buyer.anyone]);
        of_buyer
    } else if is_id(db, scope, search).await? {
        of_id
    } else {
        all
    };
    db.rows(sql, row).await?.iter().map(row::order).collect()
}

/// For all orders, for those of an id, and for those of a buyer.
fn statements_of(sort: Sort) -> [&'static Sql; 3] {
    match sort {
        Sort::Newest => [&NEWEST, &NEWEST_OF_ID, &NEWEST_OF_BUYER],
        Sort::Oldest => [&OLDEST, &OLDEST_OF_ID, &OLDEST_OF_BUYER],
        Sort::Smallest => [&SMALLEST, &SMALLEST_OF_ID, &SMALLEST_OF_BUYER],
        Sort::Largest => [&LARGEST, &LARGEST_OF_ID, &LARGEST_OF_BUYER],
    }
}

/// Whether this is the whole id of an order, its payment or its session.
async fn is_id(db: &Db, scope: &Scope, search: Option<&str>) -> Result<bool> {
    let Some(text) = search else {
        return Ok(false);
    };
    let rows = db.near(&IS_ID, params![scope.tenant(), text]).await?;
    Ok(!rows.is_empty())
}

/// The lines of these orders, each with the id of its order; read for some of them at a time.
pub async fn lines_of(db: &Db, scope: &Scope, orders: &[Order]) -> Result<Vec<(Arc<str>, Line)>> {
    let mut all = Vec::new();
    for some in orders.chunks(AT_ONCE) {
        let mut row = params![scope.tenant()];
        row.extend(some.iter().map(|order| Value::from(&order.id)));
        row.resize(1 + AT_ONCE, Value::Null);
        for row in &db.rows(&LINES_OF, row).await? {
            all.push((row.text(12)?, row::line(row)?));
        }
    }
    Ok(all)
}
