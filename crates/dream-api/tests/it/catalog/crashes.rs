//! The process ends between two steps of making a project: after a restart there is exactly one of everything.

use std::time::Duration;

use serde_json::{Value, json};

use crate::api::Api;
use crate::catalog::provider::{Provider, active};
use crate::server::{Place, Server, Start, eventually};

/// Where a server stood that has ended.
pub(crate) async fn ended(server: Server) -> Place {
    server.ended().await.1
}

/// Starts again at a place, with a point at which the process ends itself.
pub(crate) async fn start(place: Place, fault: Option<&str>) -> Server {
    // Processes on one database are reached at one address.
    let demo = std::fs::read(place.data().join("demo.json")).unwrap();
    let demo: Value = serde_json::from_slice(&demo).unwrap();
    let address = demo["baseUrl"].as_str().unwrap().to_owned();
    let address = address.trim_start_matches("http://");
    let fault = fault.map(|fault| ("DREAM_FAULT", fault));
    let variables: Vec<_> = [("DREAM_LISTEN", address)]
        .into_iter()
        .chain(fault)
        .collect();
    let start = Start {
        variables: &variables,
        place: Some(place),
    };
    Server::start(start).await
}

/// A server on data that a first start has made, which ends itself at this point.
pub(crate) async fn faulty(fault: &str) -> Server {
    let server = Server::with(&[]).await;
    let api = server.api();
    eventually("the demo data is sold", async || {
        let mut tiers = 0;
        for project in ["saas", "store"] {
            let secret = api.demo[project]["secretKey"].as_str().unwrap();
            let own = api.get("/tiers").bearer(secret).send().await.is(200);
            tiers += own.text.matches("\"priceId\":\"price_").count();
        }
        tiers == 5
    })
    .await;
    server.signal("TERM");
    start(ended(server).await, Some(fault)).await
}

fn body() -> Value {
    json!({"projectName": "Crashed", "tiers": [
        {"name": "free", "price": 0, "limit": 5},
        {"name": "pro", "price": 2900, "limit": 500},
        {"name": "max", "price": 9900, "limit": "unlimited"},
    ]})
}

async fn crashed(api: &Api) -> Vec<Value> {
    let list = api
        .get("/projects")
        .bearer(api.developer())
        .send()
        .await
        .is(200);
    let projects = list.json["projects"].as_array().unwrap().iter();
    projects
        .filter(|project| project["name"] == "Crashed")
        .cloned()
        .collect()
}

#[tokio::test]
async fn a_crash_while_a_project_is_made_leaves_one_of_everything() {
    for point in ["stored", "product", "price", "pointed"] {
        let server = faulty(&format!("create-products.{point}")).await;
        let api = server.api();
        let call = api.post("/create-products").bearer(api.developer());
        assert!(call.json(body()).try_send().await.is_none(), "{point}");
        let server = start(ended(server).await, None).await;
        let api = server.api();
        let projects = crashed(&api).await;
        assert_eq!(projects.len(), 1, "{point}");
        let pk = projects[0]["publishableKey"].as_str().unwrap();
        let provider = Provider::of(&api).await;
        eventually(point, async || {
            let own = api.get("/tiers").bearer(api.developer()).key(pk);
            let own = own.send().await.is(200);
            let made = |at: usize| {
                own.text_at(&format!("/tiers/{at}/priceId"))
                    .starts_with("price_")
            };
            made(1) && made(2)
        })
        .await;
        let (products, prices) = (provider.products(pk).await, provider.prices(pk).await);
        assert_eq!((products.len(), active(&products).len()), (2, 2), "{point}");
        assert_eq!((prices.len(), active(&prices).len()), (2, 2), "{point}");
    }
}

/// The first try dies after it has stored the project; the second one, with the same key, answers that project with a
/// secret that works. A process that died holds its key for a minute.
#[tokio::test]
async fn a_crash_before_the_answer_is_made_good_by_the_same_key() {
    let server = faulty("create-products.stored").await;
    let send = |api: &Api| {
        let call = api.post("/create-products").bearer(api.developer());
        call.header("idempotency-key", "the-same-again-and-again")
            .json(body())
    };
    assert!(send(&server.api()).try_send().await.is_none());
    let server = start(ended(server).await, None).await;
    let api = server.api();
    let mut reply = send(&api).send().await;
    for _ in 0..40 {
        if reply.status != 409 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        reply = send(&api).send().await;
    }
    let reply = reply.is(200);
    assert_eq!(crashed(&api).await.len(), 1);
    assert_eq!(
        crashed(&api).await[0]["publishableKey"],
        reply.json["publishableKey"]
    );
    assert!(reply.text_at("/products/1/priceId").starts_with("price_"));
    let own = api.get("/tiers").bearer(&reply.text_at("/secretKey"));
    own.send().await.is(200);
}
