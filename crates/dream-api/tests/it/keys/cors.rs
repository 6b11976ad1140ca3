//! Browsers of other origins may call what is meant for them, and nothing else (rules 11, KEY-10).

use reqwest::Method;

use crate::api::{Api, Reply};
use crate::project::Project;
use crate::server::shared;
use crate::spec::{Operation, operations};

const ORIGIN: &str = "https://app.example.com";

/// Routes of machines that browsers need too.
const MACHINES: [&str; 3] = [
    "/api/config",
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
];

/// Whether rules 11 open a route: those of users and of the catalogue, and what verifiers read.
fn should_be_open(operation: &Operation) -> bool {
    let of_users = ["usage", "catalogue", "identity", "billing"].contains(&operation.tag.as_str());
    of_users || MACHINES.contains(&operation.path.as_str())
}

/// Whether browsers of any origin may read the answer; never with credentials.
fn is_open(reply: &Reply) -> bool {
    assert!(!reply.has("access-control-allow-credentials"));
    match reply.header("access-control-allow-origin") {
        "*" => true,
        "" => false,
        other => panic!("an origin is told: {other}"),
    }
}

async fn preflight(api: &Api, operation: &Operation) -> Reply {
    let value = |name: &str| (name == "id").then(|| "user_x".to_owned());
    let asked = Operation {
        method: Method::OPTIONS,
        ..operation.clone()
    };
    let call = asked.call(api, value).header("origin", ORIGIN);
    let call = call.header("access-control-request-method", operation.method.as_str());
    let call = call.header(
        "access-control-request-headers",
        "content-type,x-clerk-token",
    );
    call.send().await
}

#[tokio::test]
async fn preflights_open_user_routes_and_no_other() {
    let api = shared().await;
    for operation in operations(&api).await {
        let reply = preflight(&api, &operation).await;
        assert!(reply.status < 300, "{}", operation.name());
        let open = should_be_open(&operation);
        assert_eq!(is_open(&reply), open, "{}", operation.name());
        let allowed = reply.header("access-control-allow-methods");
        assert_eq!(allowed.contains(operation.method.as_str()), open);
        let headers = reply.header("access-control-allow-headers").to_lowercase();
        for name in [
            "content-type",
            "authorization",
            "x-publishable-key",
            "x-clerk-token",
            "x-user-token",
            "x-end-user-token",
            "x-user-id",
            "x-user-plan",
            "idempotency-key",
        ] {
            let listed = headers.split(", ").any(|listed| listed == name);
            assert_eq!(listed, open, "{}: {name}", operation.name());
        }
    }
}

#[tokio::test]
async fn every_status_of_a_user_route_can_be_read() {
    let api = shared().await;
    let project = Project::saas(&api, 1).await;
    let with_origin = |call: crate::api::Call| call.header("origin", ORIGIN);
    let big = "x".repeat(1_200_000);
    for (call, status) in [
        (project.track("u1"), 200),
        (project.track("u1"), 403),
        (project.track("u1").body("{"), 400),
        (api.post("/api/data"), 401),
        (project.track("u1").body(r#"{"amount":0}"#), 422),
        (
            project
                .track("u1")
                .header("content-type", "text/plain")
                .body("x"),
            415,
        ),
        (project.track("u1").body(big), 413),
        (api.put("/api/data"), 405),
        (api.get("/openapi.json"), 200),
    ] {
        let reply = with_origin(call).send().await.is(status);
        assert!(is_open(&reply), "{status}");
        let exposed = reply.header("access-control-expose-headers").to_lowercase();
        for name in [
            "retry-after",
            "ratelimit",
            "ratelimit-policy",
            "x-request-id",
        ] {
            assert!(exposed.split(", ").any(|one| one == name), "{name}");
        }
    }
}

#[tokio::test]
async fn no_status_of_a_backend_route_can_be_read() {
    let api = shared().await;
    let project = Project::saas(&api, 1).await;
    for (call, status) in [
        (project.secret(api.get("/api/customers")), 200),
        (api.get("/api/customers"), 401),
        (api.get("/api/customers").key(&project.pk), 403),
        (project.secret(api.get("/api/customers/x")), 404),
        (project.secret(api.put("/api/customers")), 405),
        (api.get("/projects").bearer(api.developer()), 200),
        (api.get("/nothing/here"), 404),
        (api.get("/health"), 200),
    ] {
        let reply = call.header("origin", ORIGIN).send().await.is(status);
        assert!(!is_open(&reply), "{status}");
    }
}
