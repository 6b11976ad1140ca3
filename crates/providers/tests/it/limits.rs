//! An issuer that is slow or endless holds nobody up for long (cases OUT-05).

use std::time::Instant;

use crate::issuer::{Answer, Issuer};
use crate::stage::{assert_fails, client, later};

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
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_large_answer_is_not_read() {
    let issuer = Issuer::start().await;
    issuer.answer(PLACE, Answer::Bytes(vec![b' '; 10_000_000]));
    let outcome = client().discover(&issuer.base, later(0)).await;
    assert_fails(outcome, "invalid", "larger than 1 MiB");
}
