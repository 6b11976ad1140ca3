//! Methods, paths, types and headers that are not known (INP-10, INP-12, LOG-03).

use reqwest::Method;

use crate::fuzz::admitted;
use crate::project::Project;
use crate::raw::exchange;
use crate::server::shared;
use crate::spec::operations;

#[tokio::test]
async fn unknown_paths_404_in_json() {
    let api = shared().await;
    for path in [
        "/nothing",
        "/api",
        "/api/",
        "/api/datas",
        "/api/data/",
        "/API/DATA",
        "/api/data/x",
        "/debug",
        "/debug/pprof/",
        "/admin",
        "/.env",
        "/.git/config",
        "/.git/HEAD",
        "/actuator/env",
        "/server-status",
        "/main.js.map",
        "/dream-api.db",
        "/data/demo.json",
        "/demo.json",
        "/docs/nothing.js",
        "/docs/..%2fdemo.json",
        "/docs/errors/nothing",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/assets/x/y",
    ] {
        for method in [Method::GET, Method::POST] {
            let reply = api.call(method.clone(), path).send().await;
            let known = method == Method::POST && reply.status == 405 && path.starts_with("/docs/");
            if known {
                continue;
            }
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text);
            reply.problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn unknown_methods_405_with_allow() {
    let api = shared().await;
    let all = operations(&api).await;
    for operation in &all {
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "FOO",
        ] {
            let method: Method = method.parse().unwrap();
            let known = |other: &&_| same(other, &operation.path, &method);
            if all.iter().find(known).is_some() {
                continue;
            }
            let path = operation.path.replace("{id}", "x");
            let reply = api.call(method.clone(), &path).send().await;
            assert_eq!(reply.status, 405, "{method} {path}: {}", reply.text);
            let reply = reply.problem(405, "method_not_allowed");
            let allow = reply.header("allow");
            for other in all.iter().filter(|other| other.path == operation.path) {
                assert!(allow.contains(other.method.as_str()), "{path}: {allow:?}");
            }
        }
    }
}

fn same(operation: &crate::spec::Operation, path: &str, method: &Method) -> bool {
    operation.path == path && operation.method == *method
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for (path, status) in [("/health", 200), ("/api/tiers", 200), ("/nothing", 404)] {
        let call = api.call(Method::HEAD, path).key(&project.pk);
        let reply = call.send().await.is(status);
        assert!(reply.text.is_empty());
        assert!(reply.has("x-request-id"));
    }
}

#[tokio::test]
async fn other_content_types_415_everywhere() {
    let api = shared().await;
    for operation in operations(&api).await {
        // The pages take nothing but application/json: rules 3.
        if operation.members.is_none() || operation.tag == "hosted pages" {
            continue;
        }
        let project = Project::saas(&api, 1_000_000).await;
        for kind in [
            "text/plain",
            "text/xml",
            "application/xml",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "application/json; charset=utf-16",
            "application/json; charset=iso-8859-1",
            "application/jsonx",
            "json",
            "*/*",
        ] {
            if operation.tag == "assets" && kind.starts_with("multipart/") {
                continue;
            }
            let call = operation.call(&api, |_| Some("x".to_owned()));
            let call = admitted(&project, &operation, call);
            let reply = call.header("content-type", kind).body("{}").send().await;
            assert_eq!(
                reply.status,
                415,
                "{} {kind}: {}",
                operation.name(),
                reply.text
            );
            reply.problem(415, "unsupported_media_type");
        }
    }
}

/// A request with these further header lines.
fn with_headers(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    let lines = lines.join("\r\n");
    format!("GET /health HTTP/1.1\r\nhost: x\r\n{lines}\r\n\r\n")
}

#[tokio::test]
async fn too_many_or_too_large_headers_431() {
    let api = shared().await;
    let many = |count: usize| with_headers((0..count).map(|i| format!("x-h{i}: v")));
    let large = |size: usize| with_headers(std::iter::once(format!("x-big: {}", "v".repeat(size))));
    for fine in [many(90), large(20_000)] {
        assert_eq!(exchange(&api, fine).await.unwrap().status, 200);
    }
    for request in [
        many(101),
        many(150),
        many(250),
        large(33_000),
        large(100_000),
    ] {
        let reply = exchange(&api, request).await.unwrap();
        reply.problem(431, "headers_too_large");
    }
    // Far beyond that the rest is not read any more, and there may be no answer.
    for request in [large(500_000), many(5000), large(5_000_000)] {
        if let Some(reply) = exchange(&api, request).await {
            assert_eq!(reply.status, 431, "{reply:?}");
        }
    }
    api.get("/health").send().await.is(200);
}

#[tokio::test]
async fn a_long_address_414() {
    let api = shared().await;
    let path = |size: usize| format!("/api/tiers?x={}", "a".repeat(size));
    let reply = api.get(&path(9000)).send().await;
    reply.problem(414, "uri_too_long");
    api.get(&path(7000))
        .send()
        .await
        .problem(401, "missing_authentication");
}

#[tokio::test]
async fn paths_and_queries_that_cannot_be_read_4xx() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for path in [
        "/api/customers?limit=1&limit=2",
        "/api/customers?cursor=%00",
        "/api/customers?plan=%00",
        "/api/customers?limit=",
        "/api/customers/%ff",
        "/api/customers/%00",
        "/api/customers/%ed%a0%80",
        "/tiers?archived=maybe",
        "/tiers?archived=true&archived=false",
        "/audit-log?limit=1&limit=2",
    ] {
        let token = if path.starts_with("/audit") {
            api.developer()
        } else {
            &project.sk
        };
        let reply = api.get(path).bearer(token).send().await;
        let fine = (400..500).contains(&reply.status) && reply.status != 401;
        assert!(fine, "{path}: {} {}", reply.status, reply.text);
        reply.check_problem();
    }
    // What is not known is not looked at.
    for path in [
        "/api/customers?search=%ff%fe",
        "/api/customers?x=%ff",
        "/api/customers?&&=&",
        "/tiers?archived=false&x",
    ] {
        let reply = project.secret(api.get(path)).send().await;
        assert!(reply.status < 500, "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn broken_requests_400_or_closed() {
    let api = shared().await;
    for request in [
        "GET\r\n\r\n",
        "GET /health\r\n\r\n",
        "GET /health HTTP/9.9\r\n\r\n",
        "GET /health HTTP/1.1\r\nbad header\r\n\r\n",
        "GET /health HTTP/1.1\r\nx\0y: 1\r\n\r\n",
        "GET /he alth HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /api/data HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST /api/data HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "POST /api/data HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}",
        "\r\n\r\n\r\n",
    ] {
        let mut raw = crate::raw::Raw::open(&api).await;
        raw.send(request).await;
        raw.finish().await;
        if let Some(reply) = raw.reply().await {
            assert!((400..500).contains(&reply.status), "{request:?}: {reply:?}");
        }
    }
    api.get("/health").send().await.is(200);
}

#[tokio::test]
async fn length_and_chunks_together_are_not_guessed_about() {
    let api = shared().await;
    let project = Project::saas(&api, 50).await;
    let head = format!(
        "POST /api/data HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nx-user-id: u1\r\n",
        project.sk
    );
    let smuggled = format!(
        "{head}content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /api/customers HTTP/1.1\r\nhost: x\r\n\r\n"
    );
    let mut raw = crate::raw::Raw::open(&api).await;
    raw.send(smuggled).await;
    raw.finish().await;
    let mut answers = 0;
    while let Some(reply) = raw.reply().await {
        answers += 1;
        assert!(reply.status < 500, "{reply:?}");
    }
    // What stands behind a message of doubtful length is never served as a request.
    assert!(answers <= 1, "{answers}");
}
