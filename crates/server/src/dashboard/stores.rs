//! What a store sold and has left.

use dream_domain::error::Result;
use dream_domain::time::Millis;
use dream_store::orders::{self as metrics, Sale, Stock, Totals};
use dream_store::projects::Tenant;

use super::figures::WINDOW_MS;
use super::money::main_currency;
use crate::app::App;

/// How many of the last orders are shown.
const ORDERS: i64 = 20;

/// How a store stands; all zero where nothing is sold once.
pub(super) struct Store {
    /// Orders that were paid, ever.
    pub(super) sales: i64,
    /// What stays of what was paid in the main currency, ever.
    pub(super) revenue: i64,
    /// What an order brought on average in it; none without orders.
    pub(super) average: Option<i64>,
    /// The same as of thirty days ago.
    pub(super) sales_before: i64,
    pub(super) revenue_before: i64,
    pub(super) low: i64,
    pub(super) inventory: i64,
    pub(super) stock: Vec<Stock>,
    pub(super) last: Vec<Sale>,
}

pub(super) async fn read(app: &App, tenant: &Tenant) -> Result<Store> {
    let (db, scope, now) = (&app.db, &tenant.scope, app.now());
    let begin = Millis(0);
    let ever = metrics::totals(db, scope, begin, now.plus(1)).await?;
    let before = metrics::totals(db, scope, begin, now.plus(-WINDOW_MS)).await?;
    let stock = metrics::stock(db, scope).await?;
    let currency = main_currency(tenant);
    let low = stock.iter().filter(|stock| stock.is_low()).count();
    Ok(Store {
        sales: ever.iter().map(|totals| totals.orders).sum(),
        revenue: in_currency(&ever, currency).map_or(0, Totals::net),
        average: in_currency(&ever, currency).map(Totals::average),
        sales_before: before.iter().map(|totals| totals.orders).sum(),
        revenue_before: in_currency(&before, currency).map_or(0, Totals::net),
        low: i64::try_from(low).unwrap_or(i64::MAX),
        inventory: stock.iter().map(Stock::unsold).sum(),
        stock,
        last: metrics::last(db, scope, ORDERS).await?,
    })
}

fn in_currency<'a>(totals: &'a [Totals], currency: &str) -> Option<&'a Totals> {
    totals.iter().find(|totals| *totals.currency == *currency)
}
