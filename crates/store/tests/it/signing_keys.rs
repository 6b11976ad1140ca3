//! Keys that sign tokens.

use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::signing_keys::{self, SigningKey};

use crate::place::Store;

fn key(kid: &str, at: i64) -> SigningKey {
    SigningKey {
        kid: kid.into(),
        sealed: "sealed".into(),
        public_key: "{}".into(),
        created_at: Millis(at),
        retires_at: None,
    }
}

async fn kids(db: &Db, now: i64) -> Vec<String> {
    let keys = signing_keys::list(db, Millis(now)).await.unwrap();
    keys.iter().map(|key| key.kid.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_first_keys_one_is_kept() {
    let store = Store::new().await;
    for i in 0..5 {
        signing_keys::add_first(&store.db, &key(&format!("k{i}"), i))
            .await
            .unwrap();
    }
    assert_eq!(kids(&store.db, 10).await, ["k0"]);
}

#[tokio::test]
async fn after_a_rotation_the_newest_signs_and_older_ones_verify_until_they_retire() {
    let store = Store::new().await;
    let db = &store.db;
    signing_keys::add_first(db, &key("old", 1)).await.unwrap();
    signing_keys::rotate(db, &key("new", 2), Millis(100))
        .await
        .unwrap();
    assert_eq!(kids(db, 99).await, ["new", "old"]);
    assert_eq!(kids(db, 100).await, ["new"]);
    signing_keys::rotate(db, &key("newest", 3), Millis(200))
        .await
        .unwrap();
    assert_eq!(kids(db, 99).await, ["newest", "new", "old"]);
    assert_eq!(
        kids(db, 150).await,
        ["newest", "new"],
        "an earlier end is not put off"
    );
}
