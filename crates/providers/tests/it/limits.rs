//! An issuer that is slow or endless holds nobody up for long (cases OUT-05).

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use crate::issuer::{Answer, Issuer};
use crate::stage::{ada, assert_fails, client, later, sign_in, sign_in_at};

const PLACE: &str = "/.well-known/openid-configuration";

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is tested"
)]
async fn slow_answers_are_cut_after_ten_seconds() {
    let (drip, hang) = (Issuer::start().await, Issuer::start().await);
    drip.answer(PLACE, Answer::Drip);
    hang.answer(PLACE, Answer::Hang);
    let (client, began) = (client(), Instant::now());
    let (first, second) = tokio::join!(
        client.discover(&drip.base, later(0)),
        client.discover(&hang.base, later(0))
    );
    assert_fails(first, "unreachable", "ten seconds");
    assert_fails(second, "unreachable", "ten seconds");
    assert!(began.elapsed().as_secs() < 45, "{:?}", began.elapsed());
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is tested"
)]
async fn many_who_wait_for_one_that_hangs_wait_for_it_once() {
    let issuer = Issuer::start().await;
    issuer.answer(PLACE, Answer::Hang);
    let (client, began) = (Arc::new(client()), Instant::now());
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        let (client, base) = (client.clone(), issuer.base.clone());
        asking.spawn(async move { client.discover(&base, later(0)).await.is_err() });
    }
    assert!(asking.join_all().await.into_iter().all(|failed| failed));
    assert!(began.elapsed().as_secs() < 45, "{:?}", began.elapsed());
    assert_eq!(issuer.asked(PLACE), 1);
    issuer.behave();
    assert!(client.discover(&issuer.base, later(30)).await.is_ok());
}

#[tokio::test]
async fn a_key_set_that_failed_is_left_alone_for_a_moment() {
    let (client, issuer) = (client(), Issuer::start().await);
    issuer.answer("/jwks", Answer::Status(503));
    for _ in 0..3 {
        let outcome = sign_in(&client, &issuer, ada()).await;
        assert_fails(outcome, "unreachable", "503");
    }
    assert_eq!(issuer.asked("/jwks"), 1);
    issuer.behave();
    assert!(sign_in_at(&client, &issuer, ada(), later(11)).await.is_ok());
}

#[tokio::test]
async fn a_large_answer_is_not_read() {
    let issuer = Issuer::start().await;
    for answer in [Answer::Bytes(vec![b' '; 10_000_000]), Answer::Flood] {
        issuer.answer(PLACE, answer);
        let outcome = client().discover(&issuer.base, later(0)).await;
        assert_fails(outcome, "invalid", "larger than 1 MiB");
    }
}
