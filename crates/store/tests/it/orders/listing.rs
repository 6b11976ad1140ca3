//! Orders listed: every row once in every order, with every filter, and those of a customer.

use std::cmp::Reverse;

use dream_domain::order::State;
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::orders::{self, Buyer, Filter, Last, Order, Sort};
use dream_store::scope::Scope;

use crate::place::Store;
use crate::tenant::project;

/// What a filter should let through.
type Fits<'a> = dyn Fn(Planted) -> bool + 'a;

const SORTS: [Sort; 4] = [Sort::Newest, Sort::Oldest, Sort::Smallest, Sort::Largest];

/// An order as it is planted: its number says all of it.
#[derive(Clone, Copy)]
struct Planted(i64);

impl Planted {
    fn id(self) -> String {
        format!("ord_{:032x}", self.0)
    }

    /// Of many orders three totals, so that most are equal.
    fn total(self) -> i64 {
        self.0 * 7 % 3 * 500
    }

    fn is_paid(self) -> bool {
        self.0 % 2 == 0
    }

    fn email(self) -> &'static str {
        ["ada@example.com", "bob@example.com"][usize::from(self.0 % 5 == 0)]
    }

    fn user(self) -> Option<&'static str> {
        (self.0 % 4 == 0).then_some("user_ada")
    }

    fn row(self, tenant: &str) -> String {
        let (id, number, email) = (self.id(), self.0, self.email());
        let user = self
            .user()
            .map_or("null".to_owned(), |it| format!("'{it}'"));
        let (status, paid) = if self.is_paid() {
            ("paid", number.to_string())
        } else {
            ("pending", "null".to_owned())
        };
        format!(
            "('{tenant}', '{id}', '{status}', 'acct_1', 'cs_{number}', 'pi_{number}', {user}, '{email}', '{email}', 'usd', {total}, 0, 0, 0,
             'hash of {tenant} {number}', 'sealed', 1, {number}, {number}, {paid})",
            total = self.total()
        )
    }
}

/// Makes orders with these numbers past the store.
fn planted(tenant: &str, numbers: impl Iterator<Item = i64>) -> String {
    let rows: Vec<_> = numbers.map(|n| Planted(n).row(tenant)).collect();
    format!(
        "insert into orders (publishable_key, order_id, status, account_id, session_id, payment_id, user_id, email, email_folded,
           currency, amount_total, amount_paid, amount_refunded, amount_held, receipt_hash, receipt_sealed, version, created_at,
           expires_at, paid_at) values {};",
        rows.join(",\n")
    )
}

fn last(order: &Order) -> Last {
    Last {
        id: order.id.to_string(),
        amount_total: order.amount_total,
    }
}

/// All that a list answers, read a few at a time.
async fn all(db: &Db, scope: &Scope, filter: &Filter, sort: Sort) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = orders::list(db, scope, filter, sort, after.as_ref(), 4).await;
        let page = page.unwrap();
        let Some(end) = page.last() else {
            return ids;
        };
        after = Some(last(end));
        ids.extend(page.iter().map(|order| order.id.to_string()));
        assert!(ids.len() < 200, "the pages do not end");
    }
}

fn sorted(mut orders: Vec<Planted>, sort: Sort) -> Vec<String> {
    match sort {
        Sort::Newest => orders.sort_by_key(|it| Reverse(it.0)),
        Sort::Oldest => orders.sort_by_key(|it| it.0),
        Sort::Smallest => orders.sort_by_key(|it| (it.total(), it.0)),
        Sort::Largest => orders.sort_by_key(|it| Reverse((it.total(), it.0))),
    }
    orders.into_iter().map(Planted::id).collect()
}

#[tokio::test]
async fn every_order_comes_once_in_every_sort_with_every_filter() {
    let mut store = Store::new().await;
    let (tenant, other) = (project(&store.db).await, project(&store.db).await);
    let (own, theirs) = (tenant.scope.tenant(), other.scope.tenant());
    store
        .plant(&(planted(own, 0..30) + &planted(theirs, 0..9)))
        .await;
    let (db, scope) = (&store.db, &tenant.scope);
    let plain = Filter::default();
    let paid = Filter {
        state: Some(State::Paid),
        ..plain.clone()
    };
    let window = Filter {
        from: Some(Millis(5)),
        to: Some(Millis(21)),
        ..plain.clone()
    };
    let part = Filter {
        search: Some("BOB@".to_owned()),
        ..plain.clone()
    };
    let bought = Filter {
        buyer: Some(ada(false)),
        ..plain.clone()
    };
    let several = Filter {
        search: Some("ada".to_owned()),
        ..Filter {
            buyer: Some(ada(false)),
            ..paid.clone()
        }
    };
    let of_ada = |it: Planted| it.user().is_some() || it.email().starts_with("ada");
    let cases: [(&str, &Filter, &Fits<'_>); 6] = [
        ("all", &plain, &|_| true),
        ("paid", &paid, &Planted::is_paid),
        ("window", &window, &|it| (5..21).contains(&it.0)),
        ("part", &part, &|it| it.email().starts_with("bob")),
        ("buyer", &bought, &of_ada),
        ("several", &several, &|it| {
            of_ada(it) && it.is_paid() && it.email().starts_with("ada")
        }),
    ];
    for (name, filter, fits) in cases {
        let expected: Vec<_> = (0..30).map(Planted).filter(|it| fits(*it)).collect();
        assert!(expected.len() > 5, "{name}");
        for sort in SORTS {
            let found = all(db, scope, filter, sort).await;
            assert_eq!(found, sorted(expected.clone(), sort), "{name} {sort:?}");
        }
    }
}

fn ada(anyone: bool) -> Buyer {
    Buyer {
        user: Some("user_ada".into()),
        address: Some("ada@example.com".to_owned()),
        anyone,
    }
}

#[tokio::test]
async fn a_whole_id_finds_its_order_in_every_sort() {
    let mut store = Store::new().await;
    let (tenant, other) = (project(&store.db).await, project(&store.db).await);
    let (own, theirs) = (tenant.scope.tenant(), other.scope.tenant());
    store
        .plant(&(planted(own, 0..9) + &planted(theirs, 20..21)))
        .await;
    let (db, scope) = (&store.db, &tenant.scope);
    let order = Planted(4).id();
    let search = |text: &str| Filter {
        search: Some(text.to_owned()),
        ..Filter::default()
    };
    for sort in SORTS {
        for id in [&*order, "pi_4", "cs_4"] {
            assert_eq!(all(db, scope, &search(id), sort).await, [&*order], "{id}");
            let unpaid = Filter {
                state: Some(State::Pending),
                ..search(id)
            };
            assert!(all(db, scope, &unpaid, sort).await.is_empty());
            let bought = Filter {
                buyer: Some(ada(false)),
                ..search(id)
            };
            assert_eq!(all(db, scope, &bought, sort).await, [&*order], "{id}");
        }
        for nothing in ["pi_20", "cs_20", &Planted(20).id(), "pi_", "%", "ord_"] {
            let found = all(db, scope, &search(nothing), sort).await;
            assert!(found.is_empty(), "{nothing}");
        }
    }
}

#[tokio::test]
async fn orders_are_of_who_was_signed_in_and_else_of_the_address() {
    let mut store = Store::new().await;
    let tenant = project(&store.db).await;
    let own = tenant.scope.tenant();
    // 0 to 2: signed in as Ada; under her address, under Bob's, and as Bob under hers. 3: nobody was, under hers.
    let changes = "update orders set user_id = null, email_folded = 'ada@example.com';
        update orders set user_id = 'user_ada' where created_at in (0, 1);
        update orders set email_folded = 'bob@example.com' where created_at = 1;
        update orders set user_id = 'user_bob' where created_at = 2;";
    store.plant(&(planted(own, 0..4) + changes)).await;
    let (db, scope) = (&store.db, &tenant.scope);
    let of = async |buyer: Buyer| {
        let filter = Filter {
            buyer: Some(buyer),
            ..Filter::default()
        };
        all(db, scope, &filter, Sort::Oldest).await
    };
    let ids = |numbers: &[i64]| -> Vec<String> {
        numbers.iter().map(|number| Planted(*number).id()).collect()
    };
    assert_eq!(of(ada(false)).await, ids(&[0, 1, 3]));
    assert_eq!(of(ada(true)).await, ids(&[0, 1, 2, 3]));
    let bob = Buyer {
        user: Some("user_bob".into()),
        address: Some("bob@example.com".to_owned()),
        anyone: false,
    };
    assert_eq!(of(bob).await, ids(&[2]));
    let stranger = Buyer {
        user: Some("user_eve".into()),
        ..Buyer::default()
    };
    assert!(of(stranger).await.is_empty());
}

#[tokio::test]
async fn pages_end_though_totals_change_between_them() {
    let mut store = Store::new().await;
    let tenant = project(&store.db).await;
    store.plant(&planted(tenant.scope.tenant(), 0..20)).await;
    let (db, scope) = (&store.db, &tenant.scope);
    for (sort, ahead) in [(Sort::Smallest, 1000), (Sort::Largest, -1000)] {
        let (mut after, mut seen) = (None, 0);
        loop {
            let filter = Filter::default();
            let page = orders::list(db, scope, &filter, sort, after.as_ref(), 4).await;
            let page = page.unwrap();
            let Some(end) = page.last() else {
                break;
            };
            after = Some(last(end));
            seen += page.len();
            // What was seen comes again further on, once.
            if seen == 4 {
                let id = &page[0].id;
                store
                    .change_tables(&format!(
                        "update orders set amount_total = amount_total + {ahead} where order_id = '{id}'"
                    ))
                    .await;
            }
        }
        assert_eq!(seen, 21, "{sort:?}");
    }
}

#[tokio::test]
async fn lines_are_those_of_the_orders_that_are_named() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = crate::reservations::shop(db, &[("mug", Some(90)), ("cap", Some(90))]).await;
    let scope = &tenant.scope;
    for _ in 0..30 {
        store.clock.set(db.now().plus(1));
        crate::reservations::reserve(db, &tenant, &[("mug", 1), ("cap", 2)], None).await;
    }
    let filter = Filter::default();
    let page = orders::list(db, scope, &filter, Sort::Newest, None, 50).await;
    let page = page.unwrap();
    let lines = orders::lines_of(db, scope, &page).await.unwrap();
    assert_eq!((page.len(), lines.len()), (30, 60));
    let ends = [page[0].clone(), page[29].clone()];
    let lines = orders::lines_of(db, scope, &ends).await.unwrap();
    let of = |order: &Order| {
        let own = lines.iter().filter(|(id, _)| *id == order.id);
        own.map(|(_, line)| (&*line.tier, line.quantity)).collect()
    };
    for order in &ends {
        let own: Vec<_> = of(order);
        assert_eq!(own, [("mug", 1), ("cap", 2)]);
    }
    assert_eq!(lines.len(), 4, "none of those between");
    assert!(orders::lines_of(db, scope, &[]).await.unwrap().is_empty());
}
