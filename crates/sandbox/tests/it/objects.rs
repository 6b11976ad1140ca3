//! Products, prices, customers: what may change and what may not.

use crate::bench::Bench;

#[tokio::test]
async fn a_price_keeps_what_is_paid() {
    let bench = Bench::start();
    let product = bench.make("/v1/products", "name=a").await;
    let form = format!(
        "product={product}&currency=EUR&unit_amount=990&recurring[interval]=month&recurring[interval_count]=3"
    );
    let price = bench.post("/v1/prices", &form).await.json;
    assert_eq!(price["currency"], "eur");
    assert_eq!(price["type"], "recurring");
    assert_eq!(price["unit_amount_decimal"], "990");
    assert_eq!(price["recurring"]["interval_count"], 3);
    let path = format!("/v1/prices/{}", price["id"].as_str().unwrap());
    for form in ["unit_amount=1", "currency=usd", "recurring[interval]=year"] {
        assert_eq!(
            bench.post(&path, form).await.refusal().2,
            "parameter_unknown",
            "{form}"
        );
    }
    let archived = bench.post(&path, "active=false&nickname=old").await.json;
    assert_eq!(
        (&archived["active"], &archived["nickname"]),
        (&false.into(), &"old".into())
    );
}

#[tokio::test]
async fn a_lookup_key_belongs_to_one_price_and_can_be_taken_over() {
    let bench = Bench::start();
    let product = bench.make("/v1/products", "name=a").await;
    let form = format!("product={product}&currency=usd&unit_amount=1&lookup_key=pro");
    let first = bench.make("/v1/prices", &form).await;
    assert_eq!(
        bench.post("/v1/prices", &form).await.refusal().3,
        "lookup_key"
    );
    let second = bench
        .make("/v1/prices", &format!("{form}&transfer_lookup_key=true"))
        .await;
    let first = bench.get(&format!("/v1/prices/{first}")).await.json;
    assert!(first["lookup_key"].is_null());
    let found = bench.get("/v1/prices?lookup_keys[]=pro").await.json;
    assert_eq!(found["data"][0]["id"], second.as_str());
}

#[tokio::test]
async fn a_default_price_cannot_be_archived_nor_a_priced_product_deleted() {
    let bench = Bench::start();
    let form = "name=a&default_price_data[currency]=usd&default_price_data[unit_amount]=1";
    let product = bench.post("/v1/products", form).await.json;
    let price = format!("/v1/prices/{}", product["default_price"].as_str().unwrap());
    let path = format!("/v1/products/{}", product["id"].as_str().unwrap());
    assert_eq!(bench.post(&price, "active=false").await.status, 400);
    assert_eq!(bench.delete(&path).await.status, 400);
    assert!(bench.post(&path, "default_price=").await.json["default_price"].is_null());
    assert_eq!(bench.post(&price, "active=false").await.status, 200);
    let bare = bench.make("/v1/products", "name=b&id=chosen").await;
    assert_eq!(
        bench
            .post("/v1/products", "name=b&id=chosen")
            .await
            .refusal()
            .2,
        "resource_already_exists"
    );
    assert_eq!(
        bench.delete(&format!("/v1/products/{bare}")).await.json["deleted"],
        true
    );
    assert_eq!(bench.get(&format!("/v1/products/{bare}")).await.status, 404);
}

#[tokio::test]
async fn metadata_is_merged_and_an_empty_value_takes_a_key_away() {
    let bench = Bench::start();
    let customer = bench
        .make("/v1/customers", "metadata[a]=1&metadata[b]=2")
        .await;
    let path = format!("/v1/customers/{customer}");
    let merged = bench.post(&path, "metadata[a]=&metadata[c]=3").await.json;
    assert_eq!(
        merged["metadata"],
        serde_json::json!({ "b": "2", "c": "3" })
    );
    assert_eq!(
        bench.post(&path, "metadata=").await.json["metadata"],
        serde_json::json!({})
    );
    let too_long = format!("metadata[{}]=1", "k".repeat(41));
    assert_eq!(bench.post(&path, &too_long).await.status, 400);
}

#[tokio::test]
async fn a_deleted_customer_is_a_stub_that_is_not_listed() {
    let bench = Bench::start();
    let customer = bench.make("/v1/customers", "name=a&email=").await;
    let path = format!("/v1/customers/{customer}");
    let stub = serde_json::json!({ "id": customer, "object": "customer", "deleted": true });
    assert_eq!(bench.delete(&path).await.json, stub);
    assert_eq!(bench.get(&path).await.json, stub);
    assert_eq!(
        bench.post(&path, "name=b").await.refusal().2,
        "resource_missing"
    );
    assert_eq!(
        bench.get("/v1/customers").await.json["data"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn state_outlives_a_restart_and_a_reset_takes_it_away() {
    let mut bench = Bench::start();
    let customer = bench.make("/v1/customers", "name=a").await;
    bench.restart().await;
    let path = format!("/v1/customers/{customer}");
    assert_eq!(bench.get(&path).await.json["name"], "a");
    bench
        .control(reqwest::Method::POST, "reset", serde_json::json!({}))
        .await;
    assert_eq!(bench.get(&path).await.status, 404);
}
