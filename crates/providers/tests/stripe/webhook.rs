//! Signatures and events (WHK-05, WHK-17).

use aws_lc_rs::hmac;
use dream_domain::time::Millis;
use dream_providers::stripe::webhook::{Event, Refusal, TOLERANCE_SECONDS, Unreadable, verify};

const BODY: &[u8] = br#"{"id":"evt_1"}"#;
const AT: i64 = 1_768_478_400;
/// HMAC-SHA256 of `1768478400.{"id":"evt_1"}` under `whsec_one`, worked out elsewhere.
const SIGNATURE: &str = "3dbfff5373c826dfa3a00600591d5d1bbccfe5ca9b3db87ab271c27eba97f1a8";

fn check(header: &str, secrets: &[&str], at: i64) -> Result<(), Refusal> {
    verify(BODY, header, secrets, Millis(at * 1_000), TOLERANCE_SECONDS)
}

fn sign(secret: &str, time: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut text = format!("{time}.").into_bytes();
    text.extend_from_slice(BODY);
    let tag = hmac::sign(&key, &text);
    tag.as_ref()
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[test]
fn a_right_signature_is_taken() {
    let header = format!("t={AT},v1={SIGNATURE}");
    assert_eq!(check(&header, &["whsec_one"], AT), Ok(()));
    let zero = "0".repeat(64);
    for header in [
        format!("t={AT}, v1={SIGNATURE}, v0=abc"),
        format!("v1={SIGNATURE},t={AT}"),
        format!("t={AT},v1={zero},v1={SIGNATURE}"),
        format!("t={AT},v1=short,v1={SIGNATURE},v1={zero}"),
    ] {
        assert_eq!(check(&header, &["whsec_one"], AT), Ok(()), "{header}");
    }
}

#[test]
fn during_a_rotation_either_secret_will_do() {
    let header = format!(
        "t={AT},v1={SIGNATURE},v1={}",
        sign("whsec_two", &AT.to_string())
    );
    for secrets in [
        &["whsec_one"][..],
        &["whsec_two"],
        &["whsec_new", "whsec_one"],
        &["", "whsec_two"],
    ] {
        assert_eq!(check(&header, secrets, AT), Ok(()), "{secrets:?}");
    }
    for secrets in [&[][..], &[""], &["whsec_three"], &["WHSEC_ONE"]] {
        assert_eq!(
            check(&header, secrets, AT),
            Err(Refusal::Mismatch),
            "{secrets:?}"
        );
    }
}

#[test]
fn an_empty_secret_signs_nothing() {
    let header = format!("t={AT},v1={}", sign("", &AT.to_string()));
    assert_eq!(check(&header, &[""], AT), Err(Refusal::Mismatch));
}

#[test]
fn wrong_signatures_are_refused() {
    let upper = SIGNATURE.to_ascii_uppercase();
    let (truncated, prefix) = (&SIGNATURE[..63], &SIGNATURE[..8]);
    for header in [
        format!("t={AT}"),
        format!("t={AT},v1="),
        format!("t={AT},v1={truncated}"),
        format!("t={AT},v1={prefix}"),
        format!("t={AT},v1={SIGNATURE}00"),
        format!("t={AT},v1={upper}"),
        format!("t={AT},v0={SIGNATURE}"),
        format!("t={AT},V1={SIGNATURE}"),
        format!("t={},v1={SIGNATURE}", AT + 1),
        format!("t=0{AT},v1={SIGNATURE}"),
    ] {
        assert_eq!(
            check(&header, &["whsec_one"], AT),
            Err(Refusal::Mismatch),
            "{header}"
        );
    }
    let header = format!("t={AT},v1={SIGNATURE}");
    let other = verify(b"{}", &header, &["whsec_one"], Millis(AT * 1_000), 300);
    assert_eq!(other, Err(Refusal::Mismatch));
}

#[test]
fn headers_that_are_none_are_refused() {
    for header in [
        String::new(),
        "t".to_owned(),
        SIGNATURE.to_owned(),
        format!("v1={SIGNATURE}"),
        format!("t=,v1={SIGNATURE}"),
        format!("t=-{AT},v1={SIGNATURE}"),
        format!("t=+{AT},v1={SIGNATURE}"),
        format!("t={AT}.0,v1={SIGNATURE}"),
        format!("t=99999999999999999999,v1={SIGNATURE}"),
        format!("t={AT},t={AT},v1={SIGNATURE}"),
        format!("t={AT},v1={SIGNATURE},"),
    ] {
        assert_eq!(
            check(&header, &["whsec_one"], AT),
            Err(Refusal::Malformed),
            "{header}"
        );
    }
}

#[test]
fn five_minutes_either_way_are_allowed() {
    let header = format!("t={AT},v1={SIGNATURE}");
    for (offset, expected) in [
        (-301, Err(Refusal::Outdated)),
        (-300, Ok(())),
        (300, Ok(())),
        (301, Err(Refusal::Outdated)),
        (1_000_000_000, Err(Refusal::Outdated)),
    ] {
        assert_eq!(
            check(&header, &["whsec_one"], AT + offset),
            expected,
            "{offset}"
        );
    }
    let stale_and_wrong = check(&header, &["whsec_two"], AT + 301);
    assert_eq!(stale_and_wrong, Err(Refusal::Mismatch));
}

const EVENT: &str = r#"{"id":"evt_1","object":"event","account":"acct_1","api_version":"2020-08-27",
    "created":1768478400,"data":{"object":{"id":"sub_1","object":"subscription"},"previous_attributes":{}},
    "livemode":true,"pending_webhooks":1,"request":null,"type":"customer.subscription.updated"}"#;

#[test]
fn events_are_read() {
    let event = Event::parse(EVENT.as_bytes()).unwrap();
    assert_eq!((&*event.id, &*event.account), ("evt_1", "acct_1"));
    assert_eq!(event.kind, "customer.subscription.updated");
    assert_eq!((event.livemode, event.created), (true, Millis(AT * 1_000)));
    assert_eq!(event.api_version.as_deref(), Some("2020-08-27"));
    assert_eq!(event.object_id.as_deref(), Some("sub_1"));
    assert_eq!(event.object["object"], "subscription");
    let own = EVENT.replace(r#""account":"acct_1","#, "");
    assert_eq!(Event::parse(own.as_bytes()).unwrap().account, "");
    let nameless = EVENT.replace(r#""id":"sub_1","#, "");
    assert_eq!(Event::parse(nameless.as_bytes()).unwrap().object_id, None);
}

#[test]
fn what_is_no_event_is_told_apart() {
    let deep = "[".repeat(100_000);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"evt\"",
        "{}",
        "\u{0}",
        &deep,
        &EVENT.replace("evt_1", "evt 1"),
        &EVENT.replace("acct_1", "acct/1"),
        &EVENT.replace("1768478400", "\"now\""),
        &EVENT.replace("1768478400", "1e400"),
        &EVENT.replace("\"data\"", "\"date\""),
    ] {
        let read = Event::parse(body.as_bytes());
        assert_eq!(read.unwrap_err(), Unreadable::Malformed);
    }
    assert_eq!(Event::parse(b"\xff{}").unwrap_err(), Unreadable::Malformed);
    let thin = br#"{"id":"evt_test_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered",
        "created":"2026-01-15T12:00:00Z","livemode":false,"related_object":{"id":"mtr_1"}}"#;
    assert_eq!(Event::parse(thin).unwrap_err(), Unreadable::Thin);
}
