//! In development nothing leaves this machine: every connection that the binary opens during a journey is watched by
//! strace. It proves that no call of `connect`, `sendto`, `sendmsg` or `sendmmsg` names an address beyond loopback,
//! look-ups of names included; it does not prove it of code that the journey does not reach.

use std::process::Command;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::home::Home;
use crate::server::Server;

/// The system calls that name a peer.
const CALLS: &str = "trace=connect,sendto,sendmsg,sendmmsg";

#[tokio::test]
async fn no_connection_of_a_whole_journey_leaves_loopback() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed");
        return;
    }
    let home = Home::sqlite();
    let trace = home.path().join("trace");
    let server = Server::start_with(&home, traced(&home, trace.to_str().unwrap())).await;
    journey(&home, &server).await;
    server.stop().await;
    let trace = std::fs::read_to_string(&trace).unwrap();
    let sandbox = home.demo()["sandboxUrl"].as_str().unwrap().to_owned();
    let port = sandbox.rsplit_once(':').unwrap().1;
    assert!(
        trace.contains(&format!("htons({port})")),
        "the watch saw no call of the sandbox"
    );
    let outside: Vec<&str> = trace.lines().filter(|line| leaves(line)).collect();
    assert!(outside.is_empty(), "{outside:#?}");
}

/// `serve` under strace, which stays a process apart, so that signals reach the server.
fn traced(home: &Home, trace: &str) -> Command {
    let server = home.command(&["serve"]);
    let mut command = Command::new("strace");
    command
        .args(["-D", "-f", "-q", "-e", CALLS, "-o", trace])
        .arg(server.get_program())
        .args(server.get_args())
        .current_dir(home.path())
        .env_clear();
    for (name, value) in server.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
}

/// Whether a line of the trace names a peer that is not on this machine.
fn leaves(line: &str) -> bool {
    let after = |mark: &str| line.split(mark).skip(1).collect::<Vec<_>>();
    let v4 = after("sin_addr=inet_addr(\"");
    let v6 = after("inet_pton(AF_INET6, \"");
    let is_inside = |rest: &&str| rest.starts_with("127.") || rest.starts_with("::1\"");
    !v4.iter().chain(&v6).all(is_inside)
}

#[test]
fn what_leaves_is_told_from_what_stays() {
    for stays in [
        "1 connect(9, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
        "1 connect(9, {sa_family=AF_UNIX, sun_path=\"data/admin.sock\"}, 110) = 0",
        "1 sendto(9, \"GET\", 3, MSG_NOSIGNAL, NULL, 0) = 3",
    ] {
        assert!(!leaves(stays), "{stays}");
    }
    for goes in [
        "1 connect(9, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr(\"10.0.0.2\")}, 16) = 0",
        "1 connect(9, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr)}, 28) = -1",
        "1 sendto(9, \"x\", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr(\"192.0.2.1\")}, 16) = 1",
    ] {
        assert!(leaves(goes), "{goes}");
    }
}

/// Count, sign up, a mail to a developer, a plan that is bought, a portal, a month of time with its renewal.
async fn journey(home: &Home, server: &Server) {
    let demo = home.demo();
    let text = |pointer: &str| demo.pointer(pointer).unwrap().as_str().unwrap();
    let (secret, user) = (text("/saas/secretKey"), text("/userId"));
    for (method, path) in [(Method::POST, "/api/data"), (Method::GET, "/api/usage")] {
        assert_eq!(server.as_backend(method, path, secret, user).await.0, 200);
    }
    let base = &server.url;
    let key = text("/saas/publishableKey");
    let person =
        json!({"email": "ann@example.com", "password": "seven plain words", "publishableKey": key});
    let page = post(&format!("{base}/auth/sign-up"), &person);
    read(page.header("origin", base)).await;
    let developer = json!({"email": "new@example.com"});
    read(post(&format!("{base}/api/developer/register"), &developer)).await;

    let backend = async |path: &str, body: &Value| {
        let call = post(&format!("{base}{path}"), body);
        read(call.bearer_auth(secret).header("x-user-id", user)).await
    };
    let checkout = backend("/api/create-checkout", &json!({"tier": "pro"})).await;
    let session = checkout["sessionId"].as_str().unwrap();
    let sandbox = text("/sandboxUrl");
    read(post(
        &format!("{sandbox}/_control/checkout/{session}/pay"),
        &json!({}),
    ))
    .await;
    let month = json!({"advanceSeconds": 31 * 86_400});
    read(post(&format!("{base}/_dev/clock"), &month)).await;
    let (_, usage) = server
        .as_backend(Method::GET, "/api/usage", secret, user)
        .await;
    assert_eq!(
        (&usage["plan"], &usage["limit"]),
        (&"pro".into(), &500.into())
    );
    backend("/api/customer-portal", &json!({})).await;
}

fn post(url: &str, body: &Value) -> RequestBuilder {
    let client = Client::builder().no_proxy().build().unwrap();
    client.post(url).json(body)
}

async fn read(call: RequestBuilder) -> Value {
    let answer = call.send().await.unwrap();
    let (url, status) = (answer.url().clone(), answer.status());
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{url}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}
