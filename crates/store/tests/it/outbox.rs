//! What leaves goes out once: one claimer at a time, tried again when it fails, forgotten in the end.

use std::collections::BTreeSet;

use dream_domain::id::MessageId;
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::outbox::{self, Message, Note};
use dream_store::projects::{self, Tenant};
use dream_store::settings;
use tokio::task::JoinSet;

use crate::clock::DAY;
use crate::place::{Store, on_postgres};
use crate::tenant::{act, bytes, project};

const MINUTE: i64 = 60_000;

fn message(db: &Db, tenant: &Tenant, payload: &str) -> Message {
    let now = db.now();
    Message {
        id: MessageId::new(now, bytes()),
        tenant: tenant.scope.tenant().clone(),
        kind: "mail",
        payload: payload.to_owned(),
        due_at: now,
        created_at: now,
    }
}

async fn put(db: &Db, tenant: &Tenant, payload: &str) -> Message {
    let message = message(db, tenant, payload);
    outbox::add(db, &message).await.unwrap();
    message
}

async fn claim(db: &Db, now: Millis) -> Vec<outbox::Claimed> {
    outbox::claim(db, true, now, now.plus(MINUTE), 10)
        .await
        .unwrap()
}

/// Status and attempts of the only message.
async fn state(db: &Db) -> (String, i64) {
    let all = outbox::list(db, None, 10).await.unwrap();
    assert_eq!(all.len(), 1);
    (all[0].status.to_string(), all[0].attempts)
}

#[tokio::test]
async fn a_message_and_its_note_are_written_together_or_not_at_all() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let noted = async || settings::find(db, "told").await.unwrap();
    let waiting = async || outbox::list(db, None, 10).await.unwrap().len();
    let add = async |message: &Message, before, value| {
        let note = Note {
            name: "told",
            before,
            value,
        };
        outbox::add_noted(db, message, &note).await
    };
    let first = message(db, &tenant, "first");
    assert!(add(&first, None, "a").await.unwrap());
    assert_eq!((noted().await.as_deref(), waiting().await), (Some("a"), 1));
    // Two who have read the same note do not both write.
    for before in [None, Some("z")] {
        let second = message(db, &tenant, "second");
        assert!(!add(&second, before, "b").await.unwrap());
    }
    assert_eq!((noted().await.as_deref(), waiting().await), (Some("a"), 1));
    // What cannot be written leaves no note.
    assert!(add(&first, Some("a"), "b").await.is_err());
    assert_eq!((noted().await.as_deref(), waiting().await), (Some("a"), 1));
    let second = message(db, &tenant, "second");
    assert!(add(&second, Some("a"), "b").await.unwrap());
    assert_eq!((noted().await.as_deref(), waiting().await), (Some("b"), 2));
}

#[tokio::test]
async fn mails_are_claimed_apart() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let mut other = put(db, &tenant, "a mail").await;
    (other.id, other.kind) = (MessageId::new(db.now(), [7; 10]), "catalog");
    outbox::add(db, &other).await.unwrap();
    let now = db.now();
    let others = outbox::claim(db, false, now, now.plus(MINUTE), 10).await;
    let kinds: Vec<_> = others
        .unwrap()
        .iter()
        .map(|it| it.kind.to_string())
        .collect();
    assert_eq!(kinds, ["catalog"]);
    assert_eq!(&*claim(db, now).await[0].kind, "mail");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_claimers_at_once_each_message_has_one() {
    let store = Store::new().await;
    let other = if on_postgres() {
        store.second().await.unwrap()
    } else {
        store.db.clone()
    };
    let tenant = project(&store.db).await;
    for n in 0..60 {
        put(&store.db, &tenant, &n.to_string()).await;
    }
    let now = store.db.now();
    let mut running = JoinSet::new();
    for n in 0..16 {
        let db = if n % 2 == 0 { &store.db } else { &other }.clone();
        running.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = outbox::claim(&db, true, now, now.plus(MINUTE), 7)
                    .await
                    .unwrap();
                if claimed.is_empty() {
                    let left = outbox::claim(&db, true, now, now.plus(MINUTE), 100).await;
                    mine.extend(left.unwrap());
                    return mine;
                }
                mine.extend(claimed);
            }
        });
    }
    let all: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    let ids: BTreeSet<_> = all.iter().map(|claimed| claimed.id.clone()).collect();
    assert_eq!((all.len(), ids.len()), (60, 60));
    assert!(all.iter().all(|claimed| claimed.attempts == 1));
    if on_postgres() {
        other.close().await;
    }
}

#[tokio::test]
async fn a_claim_that_nobody_answers_for_ends() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let put = put(db, &tenant, "a").await;
    let now = db.now();
    let first = claim(db, now).await.remove(0);
    assert_eq!((&*first.id, &*first.payload), (put.id.as_str(), "a"));
    assert_eq!((&*first.kind, &first.tenant), ("mail", &put.tenant));
    assert!(claim(db, now.plus(MINUTE - 1)).await.is_empty());
    let again = claim(db, now.plus(MINUTE)).await.remove(0);
    assert_eq!(again.attempts, 2);
    // Whoever was too slow changes nothing any more.
    assert!(!outbox::sent(db, &first, now, true).await.unwrap());
    assert!(!outbox::dead(db, &first, "late", true).await.unwrap());
    assert!(!outbox::failed(db, &first, now, "late").await.unwrap());
    assert!(!outbox::keep(db, &first).await.unwrap());
    assert!(outbox::sent(db, &again, now, true).await.unwrap());
    assert!(!outbox::sent(db, &again, now, true).await.unwrap());
    assert_eq!(state(db).await, ("sent".to_owned(), 2));
}

#[tokio::test]
async fn what_failed_is_due_later_and_what_is_dead_never() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    put(db, &tenant, "a").await;
    let now = db.now();
    let first = claim(db, now).await.remove(0);
    let long = "é".repeat(1000);
    assert!(
        outbox::failed(db, &first, now.plus(10_000), &long)
            .await
            .unwrap()
    );
    assert!(claim(db, now.plus(9_999)).await.is_empty());
    assert_eq!(outbox::waiting(db).await.unwrap(), 1);
    let noted = outbox::list(db, None, 1).await.unwrap().remove(0);
    assert_eq!(noted.last_error.unwrap().chars().count(), 300);
    let second = claim(db, now.plus(10_000)).await.remove(0);
    assert_eq!(second.attempts, 2);
    assert!(outbox::dead(db, &second, "550", true).await.unwrap());
    assert!(claim(db, now.plus(365 * DAY)).await.is_empty());
    assert_eq!(state(db).await, ("dead".to_owned(), 2));
    assert_eq!(outbox::waiting(db).await.unwrap(), 0);
    assert_eq!(store.look("select payload from outbox").await, [[""]]);
}

#[tokio::test]
async fn a_message_leaves_no_earlier_than_it_is_due() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let mut later = message(db, &tenant, "later");
    later.due_at = db.now().plus(5_000);
    outbox::add(db, &later).await.unwrap();
    put(db, &tenant, "now").await;
    assert_eq!(&*claim(db, db.now()).await[0].payload, "now");
    assert!(claim(db, db.now().plus(4_999)).await.is_empty());
    assert_eq!(&*claim(db, db.now().plus(5_000)).await[0].payload, "later");
}

#[tokio::test]
async fn what_was_sent_is_emptied_unless_it_is_to_be_seen() {
    for (forget, payload) in [(true, ""), (false, "secret")] {
        let store = Store::new().await;
        let db = &store.db;
        let tenant = project(db).await;
        let put = put(db, &tenant, "secret").await;
        let claimed = claim(db, db.now()).await.remove(0);
        outbox::sent(db, &claimed, db.now(), forget).await.unwrap();
        let found = outbox::find(db, put.id.as_str()).await.unwrap().unwrap();
        assert_eq!((&*found.payload, &*found.status), (payload, "sent"));
    }
}

#[tokio::test]
async fn old_messages_are_forgotten_by_what_became_of_them() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    let now = db.now();
    for payload in ["sent", "kept", "dead", "waiting"] {
        put(db, &tenant, payload).await;
    }
    for claimed in claim(db, now).await {
        let noted = match &*claimed.payload {
            "sent" => outbox::sent(db, &claimed, now, false).await,
            "kept" => outbox::keep(db, &claimed).await,
            "dead" => outbox::dead(db, &claimed, "550", false).await,
            _ => outbox::failed(db, &claimed, now, "421").await,
        };
        assert!(noted.unwrap());
    }
    let left = async |sent_days: i64, other_days: i64| {
        let at = now.plus(8 * DAY);
        outbox::expire(db, at.plus(-sent_days * DAY), at.plus(-other_days * DAY))
            .await
            .unwrap();
        let all = outbox::list(db, None, 10).await.unwrap();
        all.iter()
            .map(|entry| entry.status.to_string())
            .collect::<BTreeSet<_>>()
    };
    let of = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(left(9, 9).await, of(&["dead", "kept", "sent", "waiting"]));
    assert_eq!(left(7, 30).await, of(&["dead", "kept", "waiting"]));
    assert_eq!(left(7, 7).await, of(&["waiting"]));
}

#[tokio::test]
async fn the_list_pages_from_new_to_old() {
    let store = Store::new().await;
    let db = &store.db;
    let tenant = project(db).await;
    for payload in ["a", "b", "c"] {
        store.clock.advance(1);
        put(db, &tenant, payload).await;
    }
    let first = outbox::list(db, None, 2).await.unwrap();
    let rest = outbox::list(db, Some(&first[1].id), 2).await.unwrap();
    let payloads: Vec<_> = first
        .iter()
        .chain(&rest)
        .map(|entry| &*entry.payload)
        .collect();
    assert_eq!(payloads, ["c", "b", "a"]);
    assert!(outbox::find(db, "msg_none").await.unwrap().is_none());
}

#[tokio::test]
async fn messages_go_with_their_project() {
    let store = Store::new().await;
    let db = &store.db;
    let (gone, stays) = (project(db).await, project(db).await);
    put(db, &gone, "gone").await;
    put(db, &stays, "stays").await;
    let mode = std::slice::from_ref(&gone);
    projects::delete(db, mode, &act(db, "project.delete"))
        .await
        .unwrap();
    let left = outbox::list(db, None, 10).await.unwrap();
    let payloads: Vec<_> = left.iter().map(|entry| &*entry.payload).collect();
    assert_eq!(payloads, ["stays"]);
    // A mail for a project that is gone is not written at all.
    let late = message(db, &gone, "late");
    assert!(outbox::add(db, &late).await.is_err());
    assert_eq!(outbox::list(db, None, 10).await.unwrap().len(), 1);
}
