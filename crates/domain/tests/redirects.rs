//! Where people may be sent: tables of what attackers try, and a parser that reads as browsers do as judge.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop with the line it stopped at"
)]

use dream_domain::key::Mode;
use dream_domain::project::{Origin, redirect_allowed};
use proptest::prelude::*;
use url::{Host, Url};

const APP: &str = "https://app.example.com";

fn allowed() -> Vec<Origin> {
    [
        APP,
        "http://localhost:3000",
        "https://shop.example.com:8443",
    ]
    .map(|text| Origin::parse(text).unwrap())
    .to_vec()
}

#[test]
fn allowed_origins_are_allowed_with_any_path() {
    for url in [
        "https://app.example.com",
        "https://app.example.com/",
        "https://APP.Example.com:443/a?b#c",
        "https://app.example.com?success=true",
        "https://app.example.com#done",
        "https://app.example.com/r?session_id={CHECKOUT_SESSION_ID}",
        "https://app.example.com/@user:pw/https://evil.com",
        "https://app.example.com/ü?q=%5C",
        "https://shop.example.com:8443/x",
        "http://localhost:3000?success=true",
    ] {
        assert!(redirect_allowed(url, &allowed(), Mode::Live), "{url}");
    }
}

#[test]
fn everything_else_is_refused() {
    for url in [
        "",
        "/",
        "/path",
        "//app.example.com",
        "app.example.com",
        "https:app.example.com",
        "https:/app.example.com",
        "https:///app.example.com",
        "https://",
        "https://:443",
        "https://app.example.com.",
        "https://app.example.com.evil.com",
        "https://evil.com/https://app.example.com",
        "https://evil.com?https://app.example.com",
        "https://evil.com#@app.example.com",
        "https://app.example.com@evil.com",
        "https://app.example.com:443@evil.com",
        "https://app.example.com%40evil.com",
        "https://u:p@app.example.com",
        "https://@app.example.com",
        "https://evil.app.example.com",
        "https://xapp.example.com",
        "https://app.example.co",
        "https://*.example.com",
        "https://app.example.com:444",
        "https://app.example.com:",
        "https://app.example.com:+443",
        "https://app.example.com:0443",
        "https://app.example.com:65979",
        "https://shop.example.com",
        "http://app.example.com",
        "http://app.example.com:443",
        "https://app.example.com\\@evil.com",
        "https://evil.com\\.app.example.com",
        "https:\\\\app.example.com",
        "https://app.example.com/\\evil.com",
        "https://app.example.com\r\nLocation: https://evil.com",
        "https://app.example.com/\t",
        "https://app.example.com/a b",
        "https://app.example.com/\0",
        " https://app.example.com",
        "https://app.example.com ",
        "https://app。example。com",
        "https://ａpp.example.com",
        "https://app.example.com\u{200b}",
        "javascript:alert(1)",
        "javascript://app.example.com/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://app.example.com",
        "blob:https://app.example.com/x",
        "view-source:https://app.example.com",
        "http://localhost:3001",
        "http://127.0.0.1:3000",
    ] {
        assert!(!redirect_allowed(url, &allowed(), Mode::Live), "{url:?}");
        let test = redirect_allowed(url, &allowed(), Mode::Test);
        assert_eq!(
            test,
            url.starts_with("http://localhost") || url.starts_with("http://127"),
            "{url:?}"
        );
    }
    let long = format!("{APP}/{}", "x".repeat(2048 - APP.len()));
    assert!(!redirect_allowed(&long, &allowed(), Mode::Live));
    assert!(redirect_allowed(&long[..2048], &allowed(), Mode::Live));
    assert!(!redirect_allowed(APP, &[], Mode::Live));
}

#[test]
fn this_machine_is_allowed_in_test_mode() {
    for url in [
        "http://localhost:5173/x",
        "http://LOCALHOST",
        "http://127.0.0.1",
        "http://127.8.9.10:1/",
        "https://localhost:1",
        "http://[::1]:8080/",
        "http://[::1]?success=true",
    ] {
        assert!(redirect_allowed(url, &[], Mode::Test), "{url}");
        assert!(!redirect_allowed(url, &[], Mode::Live), "{url}");
    }
    for url in [
        "http://127.0.0.1.evil.com",
        "http://localhost@evil.com",
        "http://localhost.evil.com",
        "http://127.1",
        "http://0x7f.0.0.1",
        "http://2130706433",
        "http://0177.0.0.1",
        "http://[::]",
        "http://[::ffff:127.0.0.1]",
        "http://[::1].evil.com",
        "http://0.0.0.0",
        "http://128.0.0.1",
    ] {
        assert!(!redirect_allowed(url, &[], Mode::Test), "{url}");
    }
}

#[test]
fn origins_are_origins() {
    for (text, origin) in [
        ("https://a.com", "https://a.com"),
        ("https://A.com:443", "https://a.com"),
        ("https://a.com:8443", "https://a.com:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        (
            "https://xn--bcher-kva.example",
            "https://xn--bcher-kva.example",
        ),
        ("https://10.0.0.1", "https://10.0.0.1"),
    ] {
        assert_eq!(Origin::parse(text).unwrap().as_str(), origin);
    }
    for bad in [
        "",
        "*",
        "null",
        "a.com",
        "https://a.com/",
        "https://a.com?x",
        "https://a.com#x",
        "https://*.a.com",
        "https://*",
        "http://a.com",
        "ws://a.com",
        "https://a.com:0",
        "https://a.com:65536",
        "https://u@a.com",
        "https://a..com",
        "https://.a.com",
        "https://-a.com",
        "https://a_b.com",
        "https://bücher.example",
        "https://1.2.3",
        "https://a.com https://b.com",
        "https://a.com,https://b.com",
    ] {
        let error = Origin::parse(bad).unwrap_err();
        assert_eq!(
            (error.code().status(), error.fields().len()),
            (422, 1),
            "{bad}"
        );
    }
}

/// Pieces that attacks on such checks are made of.
fn addresses() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "https",
            "http",
            ":",
            "/",
            "//",
            "://",
            "\\",
            "@",
            "?",
            "#",
            ".",
            "app.example.com",
            "evil.com",
            "localhost",
            "127.0.0.1",
            "127.1",
            "[::1]",
            ":443",
            ":80",
            ":3000",
            ":8443",
            "%2f",
            "%40",
            "%00",
            "\t",
            "\n",
            "\r",
            " ",
            "\0",
            "。",
            "\u{ad}",
            "xn--",
            "0x7f",
            "javascript:",
            "user:pw@",
            "*",
            "https://app.example.com",
            "http://localhost:3000",
            "https://shop.example.com:8443",
        ])
        .prop_map(str::to_owned),
        "\\PC",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// The judge is a parser that reads addresses as browsers do.
    #[test]
    fn browsers_go_where_we_think(start in prop::sample::select(vec!["", "https://", "http://", APP]), rest in addresses()) {
        let url = format!("{start}{rest}");
        for mode in [Mode::Test, Mode::Live] {
            if !redirect_allowed(&url, &allowed(), mode) {
                continue;
            }
            let read = Url::parse(&url).unwrap();
            prop_assert!(read.username().is_empty() && read.password().is_none(), "{}", url);
            let origin = read.origin().ascii_serialization();
            let local = is_local(&read);
            let listed = allowed().iter().any(|known| known.as_str() == origin);
            prop_assert!(listed || (local && mode == Mode::Test), "{} goes to {}", url, origin);
        }
    }

    #[test]
    fn an_origin_is_what_browsers_call_it(text in addresses()) {
        if let (Ok(origin), Ok(read)) = (Origin::parse(&text), Url::parse(&text)) {
            prop_assert_eq!(read.origin().ascii_serialization(), origin.as_str());
        }
    }

    #[test]
    fn any_path_of_an_allowed_origin_is_allowed(path in "[/?#][!-~&&[^\\\\]]{0,100}") {
        let url = format!("{APP}{path}");
        prop_assert!(redirect_allowed(&url, &allowed(), Mode::Live));
    }
}
