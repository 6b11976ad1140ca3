//! The process ends in the middle of a checkout: repeated after a restart, there is one of everything.

use reqwest::Method;
use serde_json::json;

use super::shop::Shop;
use crate::project::Person;
use crate::server::{Server, Start, free_address};

/// Every point of a checkout at which the process can end.
const POINTS: [&str; 4] = [
    "checkout.stored",
    "checkout.customer-made",
    "checkout.customer",
    "checkout.session",
];

#[tokio::test]
async fn a_checkout_that_broke_off_is_one_checkout_when_it_is_repeated() {
    for point in POINTS {
        let address = free_address();
        let variables = [("DREAM_FAULT", point), ("DREAM_LISTEN", &*address)];
        let server = Server::with(&variables).await;
        let shop = Shop::open(&server.api(), 2).await;
        let person = shop.project.person("ada@example.com").await;
        assert!(begin(&shop, &person).await.is_none(), "{point}");
        let (_, place) = server.ended().await;
        let start = Start {
            variables: &[("DREAM_LISTEN", &address)],
            place: Some(place),
        };
        let server = Server::start(start).await;
        let shop = Shop::of(&server.api(), shop.project.clone()).await;
        let first = shop.checkout(&person, "pro").await.is(200);
        let again = shop.checkout(&person, "pro").await.is(200);
        assert_eq!(first.json, again.json, "{point}");
        assert_eq!(customers(&shop, &person).await, 1, "{point}");
        assert_eq!(sessions(&shop, &person).await, 1, "{point}");
        let session = first.text_at("/sessionId");
        shop.pay(&session, "4242424242424242").await;
        shop.confirm(&person, &session).await.is(200);
        assert_eq!(shop.state(&person).await.0, "pro", "{point}");
    }
}

/// Begins the checkout that the process does not survive.
async fn begin(shop: &Shop, person: &Person) -> Option<crate::api::Reply> {
    let body = json!({"tier": "pro", "successUrl": "http://localhost:3000/welcome", "cancelUrl": "http://localhost:3000/pricing"});
    let call = shop.api().post("/api/create-checkout").json(body);
    shop.project.as_user(call, &person.token).try_send().await
}

async fn customers(shop: &Shop, person: &Person) -> usize {
    of(shop, "/v1/customers?email=ada%40example.com", person).await
}

async fn sessions(shop: &Shop, person: &Person) -> usize {
    of(shop, "/v1/checkout/sessions?limit=100", person).await
}

/// How many objects of a list at the provider are of this person.
async fn of(shop: &Shop, path: &str, person: &Person) -> usize {
    let list = shop.provider(Method::GET, path, &[]).await;
    let list = list["data"].as_array().unwrap().iter();
    list.filter(|object| object["metadata"]["userId"] == *person.id)
        .count()
}
