//! Platforms in every order: with equal values, with and without a search.

use std::cmp::Ordering;
use std::sync::Arc;

use dream_domain::key::Mode;
use dream_store::customers::Fields;
use dream_store::dashboard::{self, Direction, PlatformSort as Sort};
use dream_store::projects;
use dream_store::scope::Scope;

use crate::place::Store;
use crate::tenant::{create, customer, no_fields, platform_id, project, project_of};

use Direction::{Ascending, Descending};

/// What a platform of the test has.
#[derive(Clone, Debug)]
struct Made {
    id: Arc<str>,
    email: Option<String>,
    users: i64,
}

/// Twelve, every fourth without an e-mail, with up to two users in live mode.
async fn platforms(store: &Store, root: &Scope) -> Vec<Made> {
    let db = &store.db;
    let mut all = Vec::new();
    for index in 0_i64..12 {
        let email = format!("D{:02}@example.com", index * 5 % 12);
        let fields = Fields {
            email: (index % 4 != 0).then(|| (email.clone(), email.to_lowercase())),
            ..no_fields()
        };
        let owner = create(db, root, &fields).await.unwrap().id;
        let id = platform_id(db);
        let platform = projects::ensure_platform(db, &owner, &id, db.now()).await;
        let platform = platform.unwrap();
        let (live, _) = project_of(db, &platform, Mode::Live).await;
        let (test, _) = project_of(db, &platform, Mode::Test).await;
        customer(db, &test.scope, "tester").await;
        for user in 0..index % 3 {
            customer(db, &live.scope, &format!("u{user}")).await;
        }
        all.push(Made {
            id: platform.as_str().into(),
            email: fields.email.map(|(_, folded)| folded),
            users: index % 3,
        });
        store.clock.advance(1);
    }
    all
}

/// How two of them stand to each other; those without an e-mail come last, either way.
fn compare(sort: Sort, a: &Made, b: &Made) -> Ordering {
    let by_id = a.id.cmp(&b.id);
    let turned = |way, order: Ordering| match way {
        Ascending => order,
        Descending => order.reverse(),
    };
    match sort {
        Sort::Newest => by_id.reverse(),
        Sort::Oldest => by_id,
        Sort::Email(way) => {
            let missing = a.email.is_none().cmp(&b.email.is_none());
            missing.then(turned(way, a.email.cmp(&b.email).then(by_id)))
        }
        Sort::LiveUsers(way) => turned(way, a.users.cmp(&b.users).then(by_id)),
    }
}

#[tokio::test]
async fn every_order_pages_through_all_platforms() {
    let store = Store::new().await;
    // Developers are users of a project too: here, of this one.
    let root = project(&store.db).await.scope;
    let all = platforms(&store, &root).await;
    for sort in [
        Sort::Newest,
        Sort::Oldest,
        Sort::Email(Ascending),
        Sort::Email(Descending),
        Sort::LiveUsers(Ascending),
        Sort::LiveUsers(Descending),
    ] {
        for search in [None, Some("D0")] {
            let has = |one: &&Made| one.email.as_deref().is_some_and(|it| it.contains("d0"));
            let mut expected: Vec<&Made> = all.iter().collect();
            if search.is_some() {
                expected = all.iter().filter(has).collect();
            }
            expected.sort_by(|a, b| compare(sort, a, b));
            for limit in [1, 5, 100] {
                let mut found: Vec<Arc<str>> = Vec::new();
                let mut after: Option<String> = None;
                while found.len() < 100 {
                    let after_it = after.as_deref();
                    let page =
                        dashboard::platforms(&store.db, &root, search, sort, after_it, limit);
                    let page = page.await.unwrap();
                    found.extend(page.iter().map(|one| one.id.clone()));
                    let Some(last) = page.last() else { break };
                    after = Some(last.place());
                }
                let expected: Vec<_> = expected.iter().map(|one| one.id.clone()).collect();
                assert_eq!(found, expected, "{sort:?} {search:?} {limit}");
            }
        }
    }
}
