//! A database that the first release made opens, and everything in it is found.
//!
//! The fixture is a dump in SQL, made by `writes_the_fixture` below. It is never made anew: later
//! releases must open what the first one wrote.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dream_domain::key::SecretKey;
use dream_domain::period::PeriodKind;
use dream_store::customers::Customer;
use dream_store::meter::Verdict;
use dream_store::options::{Options, Place};
use dream_store::projects::Tenant;
use dream_store::{Db, customers, projects, settings, usage};
use tempfile::TempDir;

use crate::clock::{Clock, DAY, NOON, machine_now};
use crate::place::{Store, only_sqlite};
use crate::tenant::{Call, act, customer, no_fields, platform_id, project_of};

const WHY: &str = "the fixture is a SQLite file";
const SECRET: &str = "fixture.secret";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1.sql")
}

/// The database of the fixture, opened a day after it was made, and its one tenant.
struct First {
    _folder: TempDir,
    clock: Clock,
    db: Db,
    tenant: Arc<Tenant>,
    ann: Customer,
}

impl First {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dream.db");
        let dump = std::fs::read_to_string(fixture()).unwrap();
        let old = rusqlite::Connection::open(&file).unwrap();
        old.execute_batch(&dump).unwrap();
        drop(old);
        let (clock, place) = (Clock::at(NOON.plus(DAY)), Place::Sqlite(file));
        let db = Db::open(&place, clock.clocks(), &Options::default())
            .await
            .unwrap();
        let secret = settings::find(&db, SECRET).await.unwrap().unwrap();
        let hash = SecretKey::parse(&secret).unwrap().hash();
        let opened = projects::open_secret(&db, &hash, machine_now())
            .await
            .unwrap()
            .unwrap();
        let tenant = opened.tenant;
        let ann = customers::find(&db, &tenant.scope, "ext-ann")
            .await
            .unwrap()
            .unwrap();
        Self {
            _folder: folder,
            clock,
            db,
            tenant,
            ann,
        }
    }
}

#[tokio::test]
async fn a_database_of_the_first_release_opens_with_its_project_and_customer() {
    if !only_sqlite(WHY) {
        return;
    }
    let First {
        db, tenant, ann, ..
    } = &First::open().await;
    let tiers: Vec<_> = tenant
        .tiers
        .iter()
        .map(|t| (t.name.as_str(), t.price.minor))
        .collect();
    assert_eq!(
        (&*tenant.name, tiers.as_slice()),
        ("Notes", &[("free", 0), ("pro", 2900)][..])
    );
    let grants = customers::grants(db, &tenant.scope, &ann.id).await.unwrap();
    assert_eq!(grants[0].plan, "pro");
    assert_eq!(ann.plan.as_deref(), Some("pro"), "as it was granted");
    db.close().await;
}

#[tokio::test]
async fn the_counts_of_the_first_release_are_found_those_in_its_journal_too() {
    if !only_sqlite(WHY) {
        return;
    }
    let First {
        clock,
        db,
        tenant,
        ann,
        ..
    } = &First::open().await;
    let scope = &tenant.scope;
    let call = Call::by(&ann.id);
    assert_eq!(
        call.used(db, scope).await,
        2 + 3,
        "folded and in the journal"
    );
    assert_eq!(Call::by("only in the journal").used(db, scope).await, 1);
    assert_eq!(
        Call::by("ext-gone").used(db, scope).await,
        4,
        "of a customer who was deleted"
    );
    let closed = usage::history(db, scope, &ann.id, 9).await.unwrap();
    let eve = PeriodKind::Day.containing(NOON.plus(-DAY));
    assert_eq!(
        (closed.len(), closed[0].used, closed[0].period),
        (1, 1, eve)
    );
    db.fold().await.unwrap();
    let days = usage::days(db, scope, Some(&ann.id), eve.start, clock.now())
        .await
        .unwrap();
    let days: Vec<_> = days
        .iter()
        .map(|(day, meter, used)| (*day, &**meter, *used))
        .collect();
    assert_eq!(
        days,
        [(eve.start, "daily", 1), (NOON.day_start(), "requests", 5)]
    );
    assert_eq!(call.taken(db, scope).await.count.used, 6);
    db.close().await;
}

#[tokio::test]
async fn the_idempotency_keys_of_the_first_release_replay() {
    if !only_sqlite(WHY) {
        return;
    }
    let First {
        db, tenant, ann, ..
    } = &First::open().await;
    for (key, used) in [("folded key", 1), ("journal key", 4)] {
        let tally = Call::by(&ann.id)
            .key(key, "body")
            .taken(db, &tenant.scope)
            .await;
        assert_eq!((tally.replayed, tally.count.used), (true, used), "{key}");
        let other = Call::by(&ann.id)
            .key(key, "other")
            .send(db, &tenant.scope)
            .await;
        assert_eq!(other.unwrap(), Verdict::KeyReused);
    }
    db.close().await;
}

#[tokio::test]
#[ignore = "writes tests/fixtures/v1.sql, which is done once per schema"]
async fn writes_the_fixture() {
    let store = Store::never_folding().await;
    let (db, clock) = (&store.db, &store.clock);
    clock.set(NOON.plus(-DAY));
    let (tenant, secret) = project_of(db, &platform_id(db), dream_domain::key::Mode::Test).await;
    let scope = &tenant.scope;
    settings::put(db, SECRET, secret.expose()).await.unwrap();
    let made = customer(db, scope, "ext-ann").await;
    let fields = customers::Fields {
        external_id: Some("ext-ann".to_owned()),
        ..no_fields()
    };
    let pro = dream_domain::plan::Grant {
        plan: "pro".to_owned(),
        by: "cli".to_owned(),
        until: None,
    };
    customers::update(
        db,
        scope,
        &made,
        &fields,
        Some(Some(&pro)),
        None,
        &act(db, "customer.update"),
    )
    .await
    .unwrap();
    Call::by(&made.id)
        .meter("daily")
        .every(PeriodKind::Day)
        .taken(db, scope)
        .await;
    clock.set(NOON);
    let now = clock.now();
    usage::close_periods(db, now, now.plus(-9 * DAY), now.plus(-9 * DAY))
        .await
        .unwrap();
    let gone = customer(db, scope, "ext-gone").await;
    Call::by(&gone.id).amount(4).taken(db, scope).await;
    customers::delete(db, scope, &gone, &[], &act(db, "customer.delete"))
        .await
        .unwrap();
    Call::by(&made.id)
        .key("folded key", "body")
        .taken(db, scope)
        .await;
    Call::by(&made.id).taken(db, scope).await;
    db.fold().await.unwrap();
    // From here on nothing folds: it stays in the journal.
    Call::by(&made.id).taken(db, scope).await;
    Call::by(&made.id)
        .key("journal key", "body")
        .taken(db, scope)
        .await;
    Call::by(&made.id).taken(db, scope).await;
    Call::by("only in the journal").taken(db, scope).await;
    assert!(store.number("select count(*) from journal").await > 0);
    let dump = dump(&store).await;
    std::fs::create_dir_all(fixture().parent().unwrap()).unwrap();
    std::fs::write(fixture(), dump).unwrap();
}

/// Schema and rows as SQL text.
async fn dump(store: &Store) -> String {
    let mut out = String::from(
        "-- A database as the first release leaves it. Never edited; see tests/it/fixture.rs.\n",
    );
    let schema = "select type, name, sql from sqlite_schema where sql is not null order by type desc, rootpage";
    let parts = store.look(schema).await;
    for part in &parts {
        writeln!(out, "{};", part[2]).unwrap();
    }
    for table in parts
        .iter()
        .filter(|part| part[0] == "table")
        .map(|part| &part[1])
    {
        let columns = store
            .look(&format!(
                "select name from pragma_table_info('{table}') order by cid"
            ))
            .await;
        let quoted: Vec<String> = columns
            .iter()
            .map(|name| format!("quote({})", name[0]))
            .collect();
        for row in store
            .look(&format!("select {} from {table}", quoted.join(", ")))
            .await
        {
            writeln!(out, "insert into {table} values ({});", row.join(", ")).unwrap();
        }
    }
    out
}
