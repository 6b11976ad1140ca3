//! Processes that share a database agree on who they are to the world (rules 22).

use dream_domain::error::Code;
use dream_domain::time::Millis;
use dream_store::instances::{self, Instance};

use crate::place::Store;

const NOW: Millis = Millis(1_000_000);

fn instance(id: &str, url: &str, check: &str) -> Instance {
    Instance {
        id: id.to_owned(),
        public_url: url.to_owned(),
        master_key_check: check.to_owned(),
    }
}

#[tokio::test]
async fn a_process_that_differs_from_a_living_one_is_refused_and_told_in_what() {
    let store = Store::new().await;
    let db = &store.db;
    let first = instance("a", "https://one", "key");
    instances::join(db, &first, NOW).await.unwrap();
    instances::join(db, &instance("b", "https://one", "key"), NOW)
        .await
        .unwrap();
    let url = instances::join(db, &instance("c", "https://two", "key"), NOW)
        .await
        .unwrap_err();
    assert_eq!(url.code(), Code::Conflict);
    for part in ["DREAM_PUBLIC_URL", "https://one", "https://two"] {
        assert!(url.detail().contains(part), "{}", url.detail());
    }
    let key = instances::join(db, &instance("c", "https://one", "elsewhere"), NOW)
        .await
        .unwrap_err();
    assert!(
        key.detail().contains("DREAM_MASTER_KEY") && !key.detail().contains("elsewhere"),
        "{}",
        key.detail()
    );
    assert_eq!(
        store
            .look("select instance_id from instances order by 1")
            .await,
        [["a"], ["b"]]
    );
}

#[tokio::test]
async fn a_process_that_left_or_fell_silent_stops_nobody() {
    let store = Store::new().await;
    let db = &store.db;
    let (left, silent) = (
        instance("a", "https://one", "key"),
        instance("b", "https://one", "key"),
    );
    instances::join(db, &left, NOW).await.unwrap();
    instances::join(db, &silent, NOW).await.unwrap();
    instances::leave(db, &left, NOW).await.unwrap();
    let other = instance("c", "https://two", "key");
    assert!(instances::join(db, &other, NOW.plus(29_999)).await.is_err());
    instances::beat(db, &silent, NOW.plus(20_000))
        .await
        .unwrap();
    assert!(
        instances::join(db, &other, NOW.plus(30_001)).await.is_err(),
        "it was heard of since"
    );
    instances::join(db, &other, NOW.plus(50_000)).await.unwrap();
    instances::leave(db, &other, NOW.plus(50_000))
        .await
        .unwrap();
    assert_eq!(
        store.number("select count(*) from instances").await,
        0,
        "the silent one is removed too"
    );
}
