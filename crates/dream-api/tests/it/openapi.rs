//! The committed description is what the server says of itself.

use crate::server::shared;

#[tokio::test]
async fn the_committed_openapi_json_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let text =
        std::fs::read_to_string(path).expect("openapi.json; make it with cargo xtask codegen");
    let committed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let served = shared().await.get("/openapi.json").send().await.is(200);
    let same = served.json == committed;
    assert!(same, "openapi.json is stale; run cargo xtask codegen");
}
