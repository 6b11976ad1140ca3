//! Events listed: every row once in both orders, with every filter, and by whole ids.

use dream_store::Db;
use dream_store::inbox::{self, Filter, Sort, Status};
use dream_store::scope::Scope;

use crate::place::Store;
use crate::tenant::project;

/// What a filter should let through.
type Fits<'a> = dyn Fn(Planted) -> bool + 'a;

const SORTS: [Sort; 2] = [Sort::Newest, Sort::Oldest];

/// An event as it is planted: its number says all of it.
#[derive(Clone, Copy)]
struct Planted(i64);

impl Planted {
    fn id(self) -> String {
        format!("evt_{:032x}", self.0)
    }

    fn is_done(self) -> bool {
        self.0 % 2 == 0
    }

    /// Many events are of one object.
    fn object(self) -> &'static str {
        ["sub_a", "sub_b", "sub_c"][usize::try_from(self.0 % 3).unwrap()]
    }

    fn kind(self) -> &'static str {
        ["invoice.paid", "customer.subscription.updated"][usize::from(self.0 % 5 == 0)]
    }

    fn row(self, tenant: &str) -> String {
        let (id, number, object, kind) = (self.id(), self.0, self.object(), self.kind());
        let status = if self.is_done() { "done" } else { "dead" };
        format!(
            "('{id}', 'payments', 'acct_1', 0, 'evt_of_{number}', '{kind}', '{object}', '{object}', '{tenant}', '', '{status}',
             1, 0, 0, '{{}}', {number}, {number})"
        )
    }
}

/// Makes events with these numbers past the store.
fn planted(tenant: &str, numbers: impl Iterator<Item = i64>) -> String {
    let rows: Vec<_> = numbers.map(|n| Planted(n).row(tenant)).collect();
    format!(
        "insert into inbox (event_id, source, account_id, livemode, provider_event_id, type, object_id, lane, publishable_key,
           platform_id, status, attempts, due_at, claimed_until, payload, created_at, received_at) values {};",
        rows.join(",\n")
    )
}

/// Something that a tenant sold at the account that planted events are of.
fn sold(tenant: &str) -> String {
    format!(
        "insert into prices (publishable_key, price_id, account_id, product_id, tier, amount, currency, billing_interval, kind,
           active, created_at) values ('{tenant}', 'price_1', 'acct_1', 'prod_1', 'pro', 2900, 'usd', 'month', 'recurring', 1, 0);"
    )
}

/// Makes these subscriptions of a user past the store.
fn subscribed(tenant: &str, user: &str, ids: &[&str]) -> String {
    let row = |id: &&str| {
        format!(
            "('{tenant}', '{id}', '{user}', 'acct_1', 'cus_1', 'active', 'price_1', 'prod_1', 'pro', 2900, 'usd', 'month', 1, 0, 0,
             0, 'active', 2900, '{{}}', 1, 0, 0)"
        )
    };
    let rows: Vec<_> = ids.iter().map(row).collect();
    format!(
        "insert into subscriptions (publishable_key, subscription_id, user_id, account_id, customer_id, status, price_id, product_id,
           tier, amount, currency, billing_interval, quantity, period_start, period_end, cancel_at_period_end, reason, mrr, facts,
           version, started_at, fetched_at) values {};",
        rows.join(",\n")
    )
}

/// All that a list answers, read a few at a time.
async fn all(db: &Db, scope: &Scope, filter: &Filter, sort: Sort) -> Vec<String> {
    let (mut ids, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        let page = inbox::list(db, scope, filter, sort, after.as_deref(), 4).await;
        let page = page.unwrap();
        let Some(end) = page.last() else {
            return ids;
        };
        after = Some(end.id.to_string());
        ids.extend(page.iter().map(|event| event.id.to_string()));
        assert!(ids.len() < 200, "the pages do not end");
    }
}

fn search(text: &str) -> Filter {
    Filter {
        search: Some(text.to_owned()),
        ..Filter::default()
    }
}

#[tokio::test]
async fn every_event_comes_once_in_both_orders_with_every_filter() {
    let mut store = Store::new().await;
    let (tenant, other) = (project(&store.db).await, project(&store.db).await);
    let (own, theirs) = (tenant.scope.tenant(), other.scope.tenant());
    let rows = [
        planted(own, 0..30),
        planted(theirs, 100..109),
        sold(own),
        subscribed(own, "user_ada", &["sub_a", "sub_b"]),
    ];
    store.plant(&rows.concat()).await;
    let (db, scope) = (&store.db, &tenant.scope);
    let done = Filter {
        status: Some(Status::Done),
        ..Filter::default()
    };
    let kind = Filter {
        kind: Some("invoice.paid".to_owned()),
        ..Filter::default()
    };
    let customer = Filter {
        customer: Some("user_ada".to_owned()),
        ..Filter::default()
    };
    let several = Filter {
        search: Some("sub_b".to_owned()),
        ..Filter {
            customer: Some("user_ada".to_owned()),
            ..done.clone()
        }
    };
    let is_ada = |it: Planted| it.object() != "sub_c";
    let cases: [(&str, &Filter, &Fits<'_>); 7] = [
        ("all", &Filter::default(), &|_| true),
        ("done", &done, &Planted::is_done),
        ("kind", &kind, &|it| it.kind() == "invoice.paid"),
        ("type", &search("Customer.Sub"), &|it| it.0 % 5 == 0),
        ("object", &search("sub_c"), &|it| it.object() == "sub_c"),
        ("customer", &customer, &is_ada),
        ("several", &several, &|it| {
            it.object() == "sub_b" && it.is_done()
        }),
    ];
    for (name, filter, fits) in cases {
        let mut expected: Vec<_> = (0..30).map(Planted).filter(|it| fits(*it)).collect();
        assert!(expected.len() > 4, "{name}");
        for sort in SORTS {
            if sort == Sort::Newest {
                expected.sort_by_key(|it| -it.0);
            } else {
                expected.sort_by_key(|it| it.0);
            }
            let ids: Vec<_> = expected.iter().map(|it| it.id()).collect();
            assert_eq!(all(db, scope, filter, sort).await, ids, "{name} {sort:?}");
        }
    }
}

#[tokio::test]
async fn a_whole_id_finds_its_event_wherever_it_came_from() {
    let mut store = Store::new().await;
    let (tenant, other) = (project(&store.db).await, project(&store.db).await);
    let (own, theirs) = (tenant.scope.tenant(), other.scope.tenant());
    // One of the platform's own account, one of an account at which nothing is sold, and one of theirs with an id of ours.
    let changes = "update inbox set account_id = '' where received_at = 5;
        update inbox set account_id = 'acct_2' where received_at = 6;
        update inbox set account_id = 'acct_3', provider_event_id = 'evt_of_4' where received_at = 20;";
    let rows = [planted(own, 0..9), planted(theirs, 20..22), sold(own)];
    store.plant(&(rows.concat() + changes)).await;
    let (db, scope) = (&store.db, &tenant.scope);
    for sort in SORTS {
        for number in [4, 5, 6] {
            for id in [Planted(number).id(), format!("evt_of_{number}")] {
                let found = all(db, scope, &search(&id), sort).await;
                assert_eq!(found, [Planted(number).id()], "{id}");
            }
        }
        for nothing in ["evt_of_21", &Planted(20).id(), "evt_of_", "sub_", "%"] {
            let found = all(db, scope, &search(nothing), sort).await;
            assert!(found.is_empty(), "{nothing}");
        }
        let dead = Filter {
            status: Some(Status::Dead),
            ..search("evt_of_4")
        };
        assert!(all(db, scope, &dead, sort).await.is_empty());
    }
}
