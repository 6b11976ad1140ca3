//! The door to the demo dashboard: for a browser on this machine, in development, and for nobody else.

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use crate::home::Home;
use crate::server::Server;

const DOOR: &str = "/_dev/dashboard";

#[tokio::test]
async fn a_browser_on_this_machine_is_led_into_the_demo_dashboard() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let printed = std::fs::read_to_string(&server.printed).unwrap();
    assert!(
        printed.contains(&format!("{}{DOOR}", server.url)),
        "{printed}"
    );
    let page = get(&server, "/", &[]).await.text().await.unwrap();
    assert!(page.contains(&format!("\"demoDashboard\":\"{DOOR}\"")));
    let opened = get(&server, DOOR, &[("sec-fetch-site", "none")]).await;
    assert_eq!(opened.status(), 303);
    assert_eq!(opened.headers()["location"], "/dashboard");
    let cookie = opened.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let listed = get(&server, "/projects", &[("cookie", cookie)]).await;
    assert!(listed.text().await.unwrap().contains("Demo SaaS"));
    server.stop().await;
}

#[tokio::test]
async fn other_sites_other_hosts_and_proxies_do_not_find_the_door() {
    let home = Home::new().await;
    let server = Server::start(&home).await;
    let refused = [
        ("sec-fetch-site", "cross-site", 403),
        ("host", "example.com", 404),
        ("x-forwarded-for", "203.0.113.7", 404),
        ("origin", "https://example.com", 404),
    ];
    for (name, value, status) in refused {
        let answer = get(&server, DOOR, &[(name, value)]).await;
        assert_eq!(answer.status(), status, "{name}: {value}");
        assert!(!answer.headers().contains_key("set-cookie"), "{name}");
    }
    server.stop().await;
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    let client = Client::builder().no_proxy().redirect(Policy::none());
    let request = client.build().unwrap().get(format!("{}{path}", server.url));
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.send().await.unwrap()
}
