//! What the journal holds when a process dies half-way through a fold is counted once, on its own day.

use std::fmt::Write as _;

use dream_domain::period::PeriodKind;
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::options::{Options, Place};
use dream_store::usage;

use crate::clock::{DAY, NOON};
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, project};

const WHY: &str = "it has no journal";

/// A copy of a file as a killed process leaves it: the writer goes on, and its last fold is not in it.
async fn killed(store: &Store, cut: &str) -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dream.db");
    store
        .look(&format!("vacuum into '{}'", file.display()))
        .await;
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch(cut)
        .unwrap();
    let db = Db::open(
        &Place::Sqlite(file),
        store.clock.clocks(),
        &Options::default(),
    )
    .await
    .unwrap();
    (folder, db)
}

async fn days(
    db: &Db,
    store: &Store,
    scope: &dream_store::scope::Scope,
    user: Option<&str>,
) -> Vec<(i64, i64)> {
    db.fold().await.unwrap();
    let first = NOON.day_start();
    let days = usage::days(db, scope, user, first, store.clock.now())
        .await
        .unwrap();
    days.iter()
        .map(|(day, _, used)| ((day.0 - first.0) / DAY, *used))
        .collect()
}

/// Three calls on one day and two on the next, all of them still in the journal.
async fn two_days(store: &Store) -> dream_store::scope::Scope {
    let db = &store.db;
    let scope = project(db).await.scope;
    Call::by("someone").taken(db, &scope).await;
    db.fold().await.unwrap();
    for calls in [3, 2] {
        for _ in 0..calls {
            Call::by("ann").taken(db, &scope).await;
        }
        store.clock.advance(DAY);
    }
    store.clock.advance(-DAY);
    assert!(store.number("select count(*) from journal").await >= 5);
    scope
}

#[tokio::test]
async fn the_journal_alone_gives_each_day_its_part() {
    if !only_sqlite(WHY) {
        return;
    }
    let store = Store::never_folding().await;
    let scope = two_days(&store).await;
    let (_folder, db) = killed(&store, "").await;
    assert_eq!(Call::by("ann").used(&db, &scope).await, 5);
    assert_eq!(
        days(&db, &store, &scope, Some("ann")).await,
        [(0, 3), (1, 2)]
    );
    assert_eq!(days(&db, &store, &scope, None).await, [(0, 4), (1, 2)]);
    db.close().await;
}

/// The tables as a fold leaves them that got so far with the counter.
fn folded(tenant: &str, used: i64, days: &[(Millis, i64)]) -> String {
    let month = PeriodKind::Month.containing(NOON);
    let (start, end, first) = (month.start.0, month.end.0, NOON.day_start().0);
    let mut sql = format!(
        "delete from usage_counts where user_id = 'ann';
         insert into usage_counts (publishable_key, user_id, meter, period_start, period_end, used, held, taken,
           folded, plan, updated_at)
         values ('{tenant}', 'ann', 'requests', {start}, {end}, {used}, 0, 0, {used}, 'free', 0);
         delete from usage_days where user_id <> 'someone';
         insert into usage_days values ('{tenant}', {first}, '', 'requests', 1);"
    );
    for (Millis(day), used) in days {
        write!(
            sql,
            "insert into usage_days values ('{tenant}', {day}, 'ann', 'requests', {used});
             insert into usage_days values ('{tenant}', {day}, '', 'requests', {used})
             on conflict do update set used = usage_days.used + excluded.used;"
        )
        .unwrap();
    }
    sql
}

#[tokio::test]
async fn a_fold_that_was_cut_anywhere_repeats_nothing_and_moves_nothing_to_another_day() {
    if !only_sqlite(WHY) {
        return;
    }
    let first = NOON.day_start();
    let second = first.plus(DAY);
    let cuts: [(i64, &[(Millis, i64)]); 3] = [
        (2, &[(first, 2)]),
        (3, &[(first, 3)]),
        (5, &[(first, 3), (second, 2)]),
    ];
    for (used, parts) in cuts {
        let store = Store::never_folding().await;
        let scope = two_days(&store).await;
        let (_folder, db) = killed(&store, &folded(scope.tenant(), used, parts)).await;
        assert_eq!(Call::by("ann").used(&db, &scope).await, 5);
        assert_eq!(
            days(&db, &store, &scope, Some("ann")).await,
            [(0, 3), (1, 2)],
            "cut at {used}"
        );
        assert_eq!(
            days(&db, &store, &scope, None).await,
            [(0, 4), (1, 2)],
            "cut at {used}"
        );
        db.close().await;
    }
}

#[tokio::test]
async fn a_damaged_journal_is_refused_and_kept() {
    if !only_sqlite(WHY) {
        return;
    }
    let store = Store::never_folding().await;
    two_days(&store).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dream.db");
    store
        .look(&format!("vacuum into '{}'", file.display()))
        .await;
    let past = rusqlite::Connection::open(&file).unwrap();
    past.execute_batch("update journal set entries = substr(entries, 1, 20) where seq = (select max(seq) from journal)").unwrap();
    let rows = |c: &rusqlite::Connection| {
        c.query_row("select count(*) from journal", [], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap()
    };
    let before = rows(&past);
    drop(past);
    let opened = Db::open(
        &Place::Sqlite(file.clone()),
        store.clock.clocks(),
        &Options::default(),
    )
    .await;
    let error = opened.err().unwrap();
    assert!(
        error.detail().contains("journal is damaged"),
        "{}",
        error.detail()
    );
    assert_eq!(rows(&rusqlite::Connection::open(&file).unwrap()), before);
}
