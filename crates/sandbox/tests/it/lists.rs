//! Pages of lists, filters and `expand[]`.

use serde_json::Value;

use crate::bench::{Bench, START};

fn names(list: &Value) -> Vec<&str> {
    let data = list["data"].as_array().unwrap();
    data.iter()
        .map(|body| body["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_go_both_ways_and_the_newest_comes_first() {
    let bench = Bench::start();
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        ids.push(bench.make("/v1/customers", &format!("name={name}")).await);
    }
    let first = bench.get("/v1/customers?limit=2").await.json;
    assert_eq!(
        (names(&first), &first["has_more"]),
        (vec!["e", "d"], &true.into())
    );
    assert_eq!(
        (&first["object"], &first["url"]),
        (&"list".into(), &"/v1/customers".into())
    );
    let next = bench
        .get(&format!("/v1/customers?limit=3&starting_after={}", ids[3]))
        .await
        .json;
    assert_eq!(
        (names(&next), &next["has_more"]),
        (vec!["c", "b", "a"], &false.into())
    );
    let back = bench
        .get(&format!("/v1/customers?limit=2&ending_before={}", ids[0]))
        .await
        .json;
    assert_eq!(
        (names(&back), &back["has_more"]),
        (vec!["c", "b"], &true.into())
    );
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=cus_none"] {
        assert_eq!(
            bench.get(&format!("/v1/customers?{query}")).await.status,
            400,
            "{query}"
        );
    }
}

#[tokio::test]
async fn lists_are_filtered() {
    let bench = Bench::start();
    bench
        .make("/v1/customers", "name=a&email=a@example.com")
        .await;
    bench.pass_business_time(10);
    bench
        .make("/v1/customers", "name=b&email=b@example.com")
        .await;
    let by_email = bench.get("/v1/customers?email=a@example.com").await.json;
    assert_eq!(names(&by_email), ["a"]);
    let later = bench
        .get(&format!("/v1/customers?created[gt]={START}"))
        .await
        .json;
    assert_eq!(names(&later), ["b"]);
    let exactly = bench
        .get(&format!("/v1/customers?created={START}"))
        .await
        .json;
    assert_eq!(names(&exactly), ["a"]);
}

#[tokio::test]
async fn ids_are_expanded_down_to_four_levels() {
    let bench = Bench::start();
    let product = bench
        .make(
            "/v1/products",
            "name=a&default_price_data[currency]=jpy&default_price_data[unit_amount]=500",
        )
        .await;
    let one = bench
        .get(&format!(
            "/v1/products/{product}?expand[]=default_price.product"
        ))
        .await
        .json;
    assert_eq!(one["default_price"]["unit_amount"], 500);
    assert_eq!(one["default_price"]["product"]["name"], "a");
    let list = bench
        .get("/v1/products?expand[0]=data.default_price")
        .await
        .json;
    assert_eq!(list["data"][0]["default_price"]["currency"], "jpy");
    for path in ["nothing", "name.first", "a.b.c.d.e", "active"] {
        let refused = bench
            .get(&format!("/v1/products/{product}?expand[]={path}"))
            .await;
        assert_eq!(
            (refused.status, refused.refusal().3),
            (400, "expand"),
            "{path}"
        );
    }
}
