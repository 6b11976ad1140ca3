//! Facts about the database as a whole.

use dream_domain::time::Millis;
use dream_store::settings;

use crate::place::Store;

#[tokio::test]
async fn a_setting_is_put_replaced_and_removed() {
    let store = Store::new().await;
    let db = &store.db;
    assert_eq!(settings::find(db, settings::DEMO).await.unwrap(), None);
    settings::put(db, settings::DEMO, "1").await.unwrap();
    settings::put(db, settings::DEMO, "2").await.unwrap();
    assert_eq!(
        settings::find(db, settings::DEMO).await.unwrap().as_deref(),
        Some("2")
    );
    settings::remove(db, settings::DEMO).await.unwrap();
    assert_eq!(settings::find(db, settings::DEMO).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_first_puts_one_wins() {
    let store = Store::new().await;
    let puts = (0..20).map(|i| {
        let db = store.db.clone();
        tokio::spawn(async move {
            settings::put_new(&db, settings::CLOCK_OFFSET, &i.to_string())
                .await
                .unwrap()
        })
    });
    let mut won = 0;
    for put in puts.collect::<Vec<_>>() {
        won += i32::from(put.await.unwrap());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn the_probe_writes() {
    let store = Store::new().await;
    settings::probe(&store.db, Millis(7)).await.unwrap();
    settings::probe(&store.db, Millis(8)).await.unwrap();
    assert_eq!(
        store
            .look("select value from settings where name = 'ready'")
            .await,
        [["8"]]
    );
}
