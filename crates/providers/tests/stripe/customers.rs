//! Customers against the sandbox.

use dream_providers::stripe::Kind;
use dream_providers::stripe::customers::{Customer, NewCustomer};
use dream_providers::stripe::portal::NewPortal;

use crate::bench::{Bench, notes};

pub(crate) async fn customer(bench: &Bench, email: &str, key: &str) -> Customer {
    let metadata = notes(&[("user_id", "user_1")]);
    let new = NewCustomer {
        email: Some(email),
        name: Some("Ann"),
        metadata: &metadata,
    };
    bench.at().create_customer(&new, key).await.unwrap()
}

#[tokio::test]
async fn a_customer_is_made_once_found_and_deleted() {
    let bench = Bench::start();
    let at = bench.at();
    let made = customer(&bench, "a@example.com", "k1").await;
    assert_eq!(customer(&bench, "a@example.com", "k1").await, made);
    assert_eq!(
        (made.email.as_deref(), made.name.as_deref()),
        (Some("a@example.com"), Some("Ann"))
    );
    assert_eq!(made.metadata, notes(&[("user_id", "user_1")]));
    let other = customer(&bench, "b@example.com", "k2").await;
    let found = at.customers_by_email("b@example.com").await.unwrap();
    assert_eq!(found, [other]);
    at.delete_customer(&made.id).await.unwrap();
    at.delete_customer(&made.id).await.unwrap();
    let gone = at.customer(&made.id).await.unwrap();
    assert!(gone.deleted);
    assert_eq!(at.customers_by_email("a@example.com").await.unwrap(), []);
    let portal = NewPortal {
        customer: &made.id,
        configuration: "bpc_1",
        return_url: "https://a.example/",
        flow: None,
    };
    let failure = at.create_portal(&portal, "k3").await.unwrap_err();
    assert!(failure.misses("customer"), "{failure:?}");
}

#[tokio::test]
async fn another_account_has_other_customers() {
    let bench = Bench::start();
    let made = customer(&bench, "a@example.com", "k1").await;
    let account = bench.connect().await;
    let failure = bench.client.at(&account).customer(&made.id).await;
    assert_eq!(failure.unwrap_err().kind, Kind::NotFound);
    let failure = bench.client.at("acct_none").customer(&made.id).await;
    let failure = failure.unwrap_err();
    assert_eq!(failure.kind, Kind::Unauthorized);
    assert!(!failure.message.contains("sk_test"), "{failure}");
}
