//! What a store sold and has left, for dashboards and for telling its developer.

use std::sync::Arc;

use dream_domain::error::Result;
use dream_domain::time::Millis;

use crate::Db;
use crate::outbox::{self, Message};
use crate::params;
use crate::scope::{Scope, hold};
use crate::sql::statements;
use crate::step::Step;

statements! {
    /// The money of a dispute that is lost is gone; that of one that is not decided is not ours yet.
    TOTALS = "select currency, cast(count(*) as bigint), cast(sum(amount_paid) as bigint),
        cast(sum(case when dispute in ('open', 'lost') then amount_paid else amount_refunded end) as bigint)
        from orders where publishable_key = $1 and paid_at >= $2 and paid_at < $3 group by currency order by currency";
    LAST = "select user_id, email, amount_paid - amount_refunded, payment_id, paid_at, order_id, currency from orders
        where publishable_key = $1 and paid_at is not null order by paid_at desc, order_id desc limit $2";
    STOCK = "select t.tier_id, t.name, t.display_name, t.inventory,
        cast(coalesce((select sum(r.quantity) from reservations r
          where r.publishable_key = t.publishable_key and r.status = 'held' and r.tier_id = t.tier_id), 0) as bigint),
        coalesce(t.low_stock_at, cast($2 as bigint)), t.price, t.currency
        from tiers t where t.publishable_key = $1 and t.kind = 'one_off' and t.active = 1 and t.inventory is not null
        order by t.position, t.name";
    /// One that was stocked low and never sold is what its developer wanted; one that nobody counts is fine.
    LEVELS = "select s.publishable_key, s.tier_id, s.display_name, s.unsold, s.level, s.told from (
        select t.publishable_key, t.tier_id, t.display_name, x.unsold,
          case when x.unsold is null then 'fine' when x.unsold <= 0 then 'out'
            when x.unsold <= coalesce(t.low_stock_at, cast($1 as bigint)) then 'low' else 'fine' end as level,
          coalesce(l.level, 'fine') as told, l.level as known
        from tiers t
        join (select i.publishable_key, i.tier_id, i.inventory + cast(coalesce((select sum(r.quantity) from reservations r
            where r.publishable_key = i.publishable_key and r.status = 'held' and r.tier_id = i.tier_id), 0) as bigint) as unsold
          from tiers i where i.kind = 'one_off') x on x.publishable_key = t.publishable_key and x.tier_id = t.tier_id
        left join stock_levels l on l.publishable_key = t.publishable_key and l.tier_id = t.tier_id
        where t.kind = 'one_off' and t.active = 1 and (cast($2 as text) is null or t.publishable_key = $2)) s
        where s.level <> s.told and (s.known is not null or exists (select 1 from reservations c
          where c.publishable_key = s.publishable_key and c.status = 'consumed' and c.tier_id = s.tier_id))
        order by s.publishable_key, s.tier_id limit $3";
    TELL = "insert into stock_levels (publishable_key, tier_id, level, told_at) values ($1, $2, $3, $5)
        on conflict (publishable_key, tier_id) do update set level = excluded.level, told_at = excluded.told_at
        where stock_levels.level = $4";
    OWNER = "select owner_id from platforms where platform_id = $1";
}

/// How many unsold ones are few, where a product does not say.
const LOW_STOCK_AT: i64 = 5;

/// What was sold in a currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// How many orders were paid.
    pub orders: i64,
    /// What was paid.
    pub paid: i64,
    /// What went back of that, or is disputed or lost.
    pub returned: i64,
}

impl Totals {
    /// What stays.
    pub fn net(&self) -> i64 {
        self.paid - self.returned
    }

    /// What an order brought on average, rounded to the nearest minor unit.
    pub fn average(&self) -> i64 {
        let half = self.orders / 2;
        (self.paid + half).checked_div(self.orders).unwrap_or(0)
    }
}

/// A paid order in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// `ord_…`.
    pub order: Arc<str>,
    /// Who bought, if signed in.
    pub user: Option<Arc<str>>,
    /// The buyer's address.
    pub email: Option<Arc<str>>,
    /// What stays of what was paid, in minor units.
    pub amount: i64,
    /// ISO code in lower case.
    pub currency: Arc<str>,
    /// The provider's id of the payment.
    pub payment_id: Option<Arc<str>>,
    /// When it was paid.
    pub at: Millis,
}

/// What a store has of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The tier.
    pub tier_id: Arc<str>,
    /// Its internal name.
    pub name: Arc<str>,
    /// What people see.
    pub display_name: Arc<str>,
    /// How many can be bought now.
    pub available: i64,
    /// How many unpaid orders hold.
    pub held: i64,
    /// From how many unsold ones on it counts as low.
    pub low_at: i64,
    /// What one costs, in minor units.
    pub price: i64,
    /// ISO code in lower case.
    pub currency: Arc<str>,
}

impl Stock {
    /// How many are not sold.
    pub fn unsold(&self) -> i64 {
        self.available + self.held
    }

    /// Whether few are left, or none.
    pub fn is_low(&self) -> bool {
        self.unsold() <= self.low_at
    }

    /// What the unsold ones are worth, in minor units.
    pub fn value(&self) -> i64 {
        self.unsold().saturating_mul(self.price)
    }
}

/// A product whose stock has become low, run out or come back, of which its developer does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockLevel {
    /// The publishable key.
    pub tenant: Arc<str>,
    /// The tier.
    pub tier_id: Arc<str>,
    /// What people see.
    pub display_name: Arc<str>,
    /// How many are not sold; none if nobody counts any more.
    pub unsold: Option<i64>,
    /// `out`, `low` or `fine`.
    pub level: Arc<str>,
    /// What the developer was last told.
    pub told: Arc<str>,
}

/// What was paid from a moment on and before another, by currency.
pub async fn totals(db: &Db, scope: &Scope, from: Millis, to: Millis) -> Result<Vec<Totals>> {
    let rows = db.rows(&TOTALS, params![scope.tenant(), from, to]).await?;
    let read = |row: &crate::value::Row| {
        Ok(Totals {
            currency: row.text(0)?,
            orders: row.int(1)?,
            paid: row.int(2)?,
            returned: row.int(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The orders that were paid last.
pub async fn last(db: &Db, scope: &Scope, limit: i64) -> Result<Vec<Sale>> {
    let rows = db.rows(&LAST, params![scope.tenant(), limit]).await?;
    let read = |row: &crate::value::Row| {
        Ok(Sale {
            user: row.opt_text(0)?,
            email: row.opt_text(1)?,
            amount: row.int(2)?,
            payment_id: row.opt_text(3)?,
            at: row.time(4)?,
            order: row.text(5)?,
            currency: row.text(6)?,
        })
    };
    rows.iter().map(read).collect()
}

/// What a store has of every product that is sold and counted, in the project's order.
pub async fn stock(db: &Db, scope: &Scope) -> Result<Vec<Stock>> {
    let rows = db
        .rows(&STOCK, params![scope.tenant(), LOW_STOCK_AT])
        .await?;
    let read = |row: &crate::value::Row| {
        Ok(Stock {
            tier_id: row.text(0)?,
            name: row.text(1)?,
            display_name: row.text(2)?,
            available: row.int(3)?,
            held: row.int(4)?,
            low_at: row.int(5)?,
            price: row.int(6)?,
            currency: row.text(7)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Products of one tenant or of all whose developers were not told how they stand.
pub async fn levels(db: &Db, tenant: Option<&str>, limit: i64) -> Result<Vec<StockLevel>> {
    let rows = db
        .rows(&LEVELS, params![LOW_STOCK_AT, tenant, limit])
        .await?;
    let read = |row: &crate::value::Row| {
        Ok(StockLevel {
            tenant: row.text(0)?,
            tier_id: row.text(1)?,
            display_name: row.text(2)?,
            unsold: row.opt_int(3)?,
            level: row.text(4)?,
            told: row.text(5)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Notes that a developer is told how a product stands, with the mail that tells it; false if somebody
/// else has.
pub async fn told(
    db: &Db,
    scope: &Scope,
    level: &StockLevel,
    mail: Option<&Message>,
    at: Millis,
) -> Result<bool> {
    let row = params![
        scope.tenant(),
        &level.tier_id,
        &level.level,
        &level.told,
        at
    ];
    let mut steps = vec![hold(scope.tenant()), Step::new(&TELL, row).must_change(1)];
    steps.extend(mail.map(outbox::add_step));
    db.changed(steps).await
}

/// The developer a store belongs to: a user of the root project.
pub async fn owner(db: &Db, scope: &Scope) -> Result<Option<Arc<str>>> {
    let rows = db.near(&OWNER, params![scope.platform().as_str()]).await?;
    rows.first().map(|row| row.text(0)).transpose()
}
