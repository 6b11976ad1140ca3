//! A project of 100,000 customers with a million days of use; says how long each part of its dashboard takes.

use dream_domain::subscription::Standing;
use dream_domain::usage::Meter;
use dream_store::Db;
use dream_store::dashboard::{self, Allows, Direction, Filter, Near, Sort, Wish};
use dream_store::scope::Scope;

use crate::clock::{DAY, Watch};
use crate::place::{Store, only_sqlite};
use crate::tenant::project;

const CUSTOMERS: i64 = 100_000;
const DAYS: i64 = 10;

#[tokio::test]
#[ignore = "makes a million rows; run with --ignored"]
async fn hundred_thousand_customers_are_one_page() {
    if !only_sqlite("the rows are made past the store") {
        return;
    }
    let mut store = Store::new().await;
    let tenant = project(&store.db).await;
    let pk = tenant.scope.tenant().to_string();
    let now = store.db.now().0;
    let month = tenant_month(now);
    store.plant(&rows(&pk, now, month)).await;
    let (db, scope) = (&store.db, &tenant.scope);
    let all = Filter::default();
    let watch = Watch::start();
    let page = dashboard::page(db, scope, &all, &Sort::Newest, None, 101).await;
    let users: Vec<_> = page.unwrap().into_iter().map(|one| one.id).collect();
    println!("page: {:?}", watch.elapsed());
    assert_eq!(users.len(), 101);
    let watch = Watch::start();
    let rows = dashboard::subscriptions(db, scope, &users).await.unwrap();
    println!("subscriptions of {}: {:?}", rows.len(), watch.elapsed());
    let watch = Watch::start();
    let used = dashboard::counters(db, scope, &users).await.unwrap();
    println!("counters of {}: {:?}", used.len(), watch.elapsed());
    let watch = Watch::start();
    let standings = dashboard::standings(db, scope).await.unwrap();
    println!("standings: {:?}", watch.elapsed());
    assert_eq!(
        standings.iter().map(|one| one.count).sum::<i64>(),
        CUSTOMERS / 2
    );
    let watch = Watch::start();
    dashboard::revenue(db, scope, db.now(), 30 * DAY)
        .await
        .unwrap();
    println!("revenue: {:?}", watch.elapsed());
    let watch = Watch::start();
    let ago = db.now().plus(-30 * DAY);
    dashboard::changes(db, scope, ago, ago).await.unwrap();
    println!("changes: {:?}", watch.elapsed());
    let watch = Watch::start();
    dashboard::churn(db, scope, ago, db.now()).await.unwrap();
    println!("churn: {:?}", watch.elapsed());
    let watch = Watch::start();
    let requests = Meter::requests();
    dashboard::used(db, scope, &requests, ago, db.now())
        .await
        .unwrap();
    println!("days: {:?}", watch.elapsed());
    near(db, scope, month).await;
    sorted(db, scope, month).await;
}

/// The first page of every order, and one whose filter looks at the subscriptions of each.
async fn sorted(db: &Db, scope: &Scope, month: i64) {
    let wish = wish(month);
    let filter = Filter {
        status: Some(Standing::Canceled),
        ..Filter::default()
    };
    for sort in [
        Sort::Newest,
        Sort::Email(Direction::Ascending),
        Sort::Email(Direction::Descending),
        Sort::Usage(Direction::Descending, wish),
        Sort::Renews(Direction::Ascending, "free"),
    ] {
        for filter in [&Filter::default(), &filter] {
            let watch = Watch::start();
            let page = dashboard::page(db, scope, filter, &sort, None, 101).await;
            let found = page.unwrap().len();
            println!(
                "{sort:?} {:?}, {found}: {:?}",
                filter.status,
                watch.elapsed()
            );
        }
    }
}

fn wish(month: i64) -> Wish<'static> {
    let since = dream_domain::time::Millis(month);
    let allows = |plan, most| Allows {
        plan,
        most: Some(most),
        since,
    };
    Wish {
        meter: Meter::requests(),
        default_plan: "free",
        plans: vec![allows("free", 5), allows("pro", 500), allows("", 0)],
    }
}

/// What is told of limits.
async fn near(db: &Db, scope: &Scope, month: i64) {
    let wish = wish(month);
    let watch = Watch::start();
    let running = dashboard::running(db, scope, &wish).await.unwrap();
    println!("running: {running:?} {:?}", watch.elapsed());
    let watch = Watch::start();
    let top = dashboard::users(db, scope, &wish, None, None, 10)
        .await
        .unwrap();
    println!("top {}: {:?}", top.len(), watch.elapsed());
    for near in [Near::Close, Near::Reached] {
        let filter = Filter {
            near: Some((near, wish.clone())),
            ..Filter::default()
        };
        let watch = Watch::start();
        let page = dashboard::page(db, scope, &filter, &Sort::Newest, None, 101).await;
        let found = page.unwrap().len();
        println!("{near:?}, {found}: {:?}", watch.elapsed());
    }
}

fn tenant_month(now: i64) -> i64 {
    dream_domain::period::PeriodKind::Month
        .containing(dream_domain::time::Millis(now))
        .start
        .0
}

/// Half of the customers pay; each has an invoice, a change and a counter, and used something on ten days.
fn rows(pk: &str, now: i64, month: i64) -> String {
    let end = month + 31 * DAY;
    let count = format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {CUSTOMERS})"
    );
    let user = "printf('user_%032d', i)";
    format!(
        "begin;
        {count} insert into end_users (publishable_key, user_id, email, email_folded, email_verified, metadata, version, created_at, updated_at)
          select '{pk}', {user}, 'u' || i || '@example.com', 'u' || i || '@example.com', 1, '{{}}', 1, {now}, {now} from n;
        {count} insert into usage_counts select '{pk}', {user}, 'requests', {month}, {end}, i % 600, 0, 0, 0, case when i % 2 = 0 then 'pro' else 'free' end, {now} from n;
        {count}, d(k) as (select 1 union all select k + 1 from d where k < {DAYS})
          insert into usage_days select '{pk}', {month} + k * {DAY}, {user}, 'requests', 5 from n, d;
        {count} insert into subscriptions (publishable_key, subscription_id, user_id, account_id, customer_id, status, price_id, product_id, tier, amount, currency,
            billing_interval, quantity, period_start, period_end, cancel_at_period_end, claim_plan, reason, mrr, facts, version, started_at, fetched_at)
          select '{pk}', 'sub_' || i, {user}, 'acct_1', 'cus_' || i, 'active', 'price_pro', 'prod_pro', 'pro', 2900, 'usd',
            'month', 1, {now}, {end}, 0, 'pro', 'active', 2900, '{{}}', 1, {now}, {now} from n where i % 2 = 0;
        {count} insert into subscription_changes (publishable_key, change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason)
          select '{pk}', printf('chg_%032d', i), {user}, {now} - (i % 400) * {DAY}, 'free', 'pro', 0, 2900, 'usd', 'active' from n where i % 2 = 0;
        {count} insert into invoices select '{pk}', 'in_' || i, 'sub_' || i, {user}, null, 'paid', 2900, 2900, 0, 'usd', 'subscription_create',
            {now}, {end}, null, null, {now}, {now} - (i % 400) * {DAY}, null, {now} from n;
        commit;"
    )
}
