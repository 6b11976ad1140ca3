//! Products and prices against the sandbox.

use dream_domain::money::{Currency, Money};
use dream_domain::tier::Interval;
use dream_providers::stripe::catalog::{NewPrice, NewProduct, Price, ProductChange};
use dream_providers::stripe::{At, Kind};

use crate::bench::{Bench, notes};

/// Makes product `dream_pro`, if need be, and a price of it by the month.
pub(crate) async fn price(at: At<'_>, minor: i64, interval: Option<Interval>, key: &str) -> Price {
    let metadata = notes(&[("tier", "pro")]);
    let product = NewProduct {
        id: "dream_pro",
        name: "Pro",
        description: None,
        images: &[],
        metadata: &metadata,
    };
    at.create_product(&product, "product").await.unwrap();
    let new = NewPrice {
        product: "dream_pro",
        unit: Money {
            minor,
            currency: Currency::USD,
        },
        interval,
        lookup_key: interval.map(|_| "dream_pro"),
        metadata: &metadata,
    };
    at.create_price(&new, key).await.unwrap()
}

#[tokio::test]
async fn a_product_is_made_once_and_changed() {
    let bench = Bench::start();
    let (at, metadata) = (bench.at(), notes(&[("tier", "pro")]));
    let new = NewProduct {
        id: "dream_pro",
        name: "Pro",
        description: Some("For the many"),
        images: &["https://a.example/1.png".to_owned()],
        metadata: &metadata,
    };
    let made = at.create_product(&new, "k1").await.unwrap();
    assert_eq!(
        (&*made.id, &*made.name, made.active),
        ("dream_pro", "Pro", true)
    );
    assert_eq!(made.metadata, metadata);
    assert_eq!(at.create_product(&new, "k1").await.unwrap(), made);
    let twice = at.create_product(&new, "k2").await.unwrap_err();
    assert_eq!(
        (twice.kind, twice.code.as_deref()),
        (Kind::Refused, Some("resource_already_exists"))
    );
    let change = ProductChange {
        name: Some("Pro 2"),
        description: Some(""),
        active: Some(false),
        images: Some(&[]),
        ..ProductChange::default()
    };
    at.update_product("dream_pro", &change, "k3").await.unwrap();
    let read = at.product("dream_pro").await.unwrap();
    assert_eq!((&*read.name, read.active), ("Pro 2", false));
    assert_eq!((read.description, read.images), (None, vec![]));
    let none = at.product("dream_none").await.unwrap_err();
    assert_eq!(none.kind, Kind::NotFound);
    assert!(!none.message.contains("dream_none"), "{none}");
}

#[tokio::test]
async fn a_new_price_takes_the_name_of_the_old_one() {
    let bench = Bench::start();
    let at = bench.at();
    let old = price(at, 2_900, Some(Interval::Month), "k1").await;
    let recurring = old.recurring.as_ref().unwrap();
    assert_eq!(
        (&*recurring.interval, recurring.interval_count),
        ("month", 1)
    );
    assert_eq!(
        (old.unit_amount, old.currency),
        (Some(2_900), Currency::USD)
    );
    assert_eq!(
        (&*old.product_id, old.lookup_key.as_deref()),
        ("dream_pro", Some("dream_pro"))
    );
    let new = price(at, 3_900, Some(Interval::Year), "k2").await;
    let found = at
        .prices_by_lookup_keys(&["dream_pro", "other"])
        .await
        .unwrap();
    assert_eq!(found, std::slice::from_ref(&new));
    let change = ProductChange {
        default_price: Some(&new.id),
        ..ProductChange::default()
    };
    let product = at.update_product("dream_pro", &change, "k3").await.unwrap();
    assert_eq!(product.default_price.as_deref(), Some(&*new.id));
    assert!(
        !at.set_price_active(&old.id, false, "k4")
            .await
            .unwrap()
            .active
    );
    let refused = at.set_price_active(&new.id, false, "k5").await.unwrap_err();
    assert_eq!(refused.kind, Kind::Refused);
    let read = at.price(&old.id).await.unwrap();
    assert_eq!((read.active, read.lookup_key), (false, None));
}
