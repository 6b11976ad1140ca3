//! Who pays and whose subscription ends, day by day, by the record of changes.

use dream_store::dashboard;

use super::told;
use crate::clock::DAY;
use crate::place::Store;
use crate::tenant::{customer, project};

#[tokio::test]
async fn last_change_of_each_user_tells_who_pays_and_who_leaves() {
    let store = Store::new().await;
    let db = &store.db;
    let (tenant, other) = (project(db).await, project(db).await);
    let scope = &tenant.scope;
    let mut users = Vec::new();
    for name in ["ann", "bob", "cyd", "dan"] {
        users.push(customer(db, scope, name).await.id);
    }
    let eve = customer(db, &other.scope, "eve").await.id;
    let first = db.now().day_start();
    // Day, who, what he pays before and after, in which currency, and why.
    let story = [
        (0, 0, (0, 2900), "usd", "active"),
        (0, 1, (0, 2900), "usd", "active"),
        (1, 0, (2900, 0), "usd", "cancels_at_period_end"),
        (2, 2, (0, 500), "eur", "active"),
        (2, 3, (0, 2900), "usd", "active"),
        // He thinks better of it, and again, on one day.
        (3, 0, (0, 2900), "usd", "active"),
        (3, 0, (2900, 0), "usd", "cancels_at_period_end"),
        (3, 1, (2900, 0), "usd", "disconnected"),
        // Another currency: he pays all the while.
        (4, 2, (0, 600), "usd", "active"),
        (4, 0, (0, 0), "usd", "canceled"),
        (5, 1, (0, 2900), "usd", "active"),
        (5, 3, (2900, 0), "usd", "grace_over"),
    ];
    let mut today = 0;
    for (day, who, mrr, currency, reason) in story {
        store.clock.advance((day - today) * DAY + 1);
        today = day;
        let id = format!("sub_{who}");
        told(db, scope, &users[who], mrr, currency, &id, reason).await;
    }
    let cancels = "cancels_at_period_end";
    told(db, &other.scope, &eve, (0, 0), "usd", "sub_e", cancels).await;
    let stood = [(2, 0), (1, 1), (3, 1), (2, 2), (2, 1), (2, 0)];
    let end = |day: i64| first.plus((day + 1) * DAY);
    for (day, (paying, canceling)) in (0..).zip(stood) {
        // All of it before the window.
        let before = dashboard::changes(db, scope, end(day), end(day)).await;
        let before = before.unwrap();
        assert!(before.iter().all(|one| one.day.is_none()));
        let sums = before.iter().fold((0, 0), |(pays, ends), one| {
            (pays + one.paying, ends + one.canceling)
        });
        assert_eq!(sums, (paying, canceling), "at the end of day {day}");
        // Some of it in the window: day by day it adds up to the same.
        for from in 0..=day {
            let all = dashboard::changes(db, scope, end(from - 1), end(day)).await;
            let all = all.unwrap();
            let sums = all.iter().fold((0, 0), |(pays, ends), one| {
                (pays + one.paying, ends + one.canceling)
            });
            assert_eq!(sums, (paying, canceling), "from day {from} to {day}");
        }
        // Who pays is told as churn tells it.
        let (churned, _) = dashboard::churn(db, scope, end(day), end(day))
            .await
            .unwrap();
        assert_eq!(churned, paying);
    }
}
