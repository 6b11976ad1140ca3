//! The list of orders: sorted, paged, and by customer.

use serde_json::{Value, json};

use crate::api::Call;
use crate::cart::market::{Bought, Market, product};
use crate::server::shared;

async fn ids(market: &Market, query: &str) -> Vec<String> {
    let reply = market.get(&format!("/api/orders?{query}")).await.is(200);
    let orders = reply.json["orders"].as_array().unwrap().iter();
    let ids = orders.map(|order| order["id"].as_str().unwrap().to_owned());
    ids.collect()
}

/// All orders, a page of two at a time.
async fn paged(market: &Market, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/orders?limit=2&{query}{cursor}");
        let page = market.get(&path).await.is(200);
        let orders = page.json["orders"].as_array().unwrap().iter();
        all.extend(orders.map(|order| order["id"].as_str().unwrap().to_owned()));
        assert!(all.len() < 50, "the pages do not end");
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn orders_come_in_every_order_page_by_page_200() {
    let market = Market::open(&shared().await, json!([product("mug", 50)])).await;
    let mut made: Vec<(i64, String)> = Vec::new();
    for many in [2, 1, 3, 2, 1] {
        let bought = market.checkout(&[("mug", many)]).await;
        // Two of one millisecond are in the order of their ids.
        made.push((
            market.order(&bought).await["amountTotal"].as_i64().unwrap(),
            bought.order,
        ));
    }
    let sorted = |by: fn(&(i64, String)) -> (i64, String)| {
        let mut all = made.clone();
        all.sort_by_key(by);
        all.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    };
    let by_age = sorted(|(_, id)| (0, id.clone()));
    let by_total = sorted(|(total, id)| (*total, id.clone()));
    let turned = |all: &[String]| all.iter().rev().cloned().collect::<Vec<_>>();
    for (sort, expected) in [
        ("", turned(&by_age)),
        ("sort=newest", turned(&by_age)),
        ("sort=oldest", by_age.clone()),
        ("sort=total", by_total.clone()),
        ("sort=-total", turned(&by_total)),
    ] {
        assert_eq!(paged(&market, sort).await, expected, "{sort}");
        let pending = format!("{sort}&state=pending");
        assert_eq!(paged(&market, &pending).await, expected, "{pending}");
        let one = format!("{sort}&search={}", expected[3]);
        assert_eq!(paged(&market, &one).await, expected[3..4], "{one}");
        let none = format!("{sort}&state=paid");
        assert!(paged(&market, &none).await.is_empty(), "{none}");
    }
    let lines = market.get("/api/orders?limit=1&sort=-total").await.is(200);
    assert_eq!(lines.number_at("/orders/0/lines/0/quantity"), 3);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_sort_alone_422() {
    let market = Market::open(&shared().await, json!([product("mug", 50)])).await;
    for _ in 0..2 {
        market.checkout(&[("mug", 1)]).await;
    }
    let sorts = ["newest", "oldest", "total", "-total"];
    for made in sorts {
        let path = format!("/api/orders?limit=1&sort={made}");
        let cursor = market.get(&path).await.is(200).text_at("/nextCursor");
        for sort in sorts {
            let path = format!("/api/orders?limit=1&sort={sort}&cursor={cursor}");
            let reply = market.get(&path).await;
            if sort == made {
                reply.is(200);
            } else {
                reply.problem(422, "invalid_cursor");
            }
        }
    }
    for sort in ["amount", "-newest", "Total", ""] {
        let reply = market.get(&format!("/api/orders?sort={sort}")).await;
        let refused = reply.problem(422, "invalid_value");
        assert_eq!(refused.text_at("/errors/0/location"), "sort");
        let words = "must be newest, oldest, total or -total";
        assert_eq!(refused.text_at("/errors/0/message"), words);
    }
}

/// A customer who is signed in writes another e-mail on the payment page, and the order stays his.
#[tokio::test]
async fn an_order_is_of_who_was_signed_in_whatever_e_mail_it_has() {
    let market = Market::open(&shared().await, json!([product("mug", 50)])).await;
    let project = &market.project;
    let ada = project.person("ada@example.com").await;
    let bob = project.create(json!({"email": "bob@example.com", "externalId": "bob"}));
    let bob = bob.await.is(201).text_at("/customer/id");
    let buy = async |call: Call, email: Option<&str>| {
        let mut cart = market.cart(&[("mug", 1)]);
        if let Some(email) = email {
            cart["email"] = Value::from(email);
        }
        let bought = Bought::of(&call.json(cart).send().await.is(200));
        market
            .pay(&bought, email.unwrap_or("ada@example.com"))
            .await;
        market.becomes(&bought, "paid").await;
        bought
    };
    let cart = || market.api().post("/api/cart/checkout");
    let signed_in = || project.as_user(cart(), &ada.token);
    let plain = buy(signed_in(), None).await;
    let elsewhere = buy(signed_in(), Some("work@example.com")).await;
    let named = buy(project.secret(cart()).user("bob"), Some("ada@example.com")).await;
    let guest = buy(cart().key(&project.pk), Some("Ada@example.com")).await;
    let order = market.order(&elsewhere).await;
    assert_eq!(
        (order["email"].as_str(), order["userId"].as_str()),
        (Some("work@example.com"), Some(&*ada.id))
    );
    assert_eq!(market.order(&guest).await["userId"], Value::Null);
    let of = |all: &[&Bought]| all.iter().map(|it| it.order.clone()).collect::<Vec<_>>();
    for (customer, expected) in [
        (&*ada.id, of(&[&plain, &elsewhere, &guest])),
        ("ADA@example.com", of(&[&plain, &elsewhere, &named, &guest])),
        ("work@example.com", of(&[&elsewhere])),
        (&*bob, of(&[&named])),
        ("bob", of(&[&named])),
        ("bob@example.com", of(&[&named])),
        ("nobody", vec![]),
    ] {
        for sort in ["oldest", "total"] {
            let query = format!("customer={customer}&sort={sort}");
            assert_eq!(ids(&market, &query).await, expected, "{query}");
        }
    }
}
