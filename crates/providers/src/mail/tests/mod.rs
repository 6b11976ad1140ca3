//! Mails against a relay on loopback.

mod relay;

use std::time::Duration;

use dream_domain::time::Millis;

use super::{Failure, Mail, Mailer, Relay};
use relay::Mood;

const MAIL: Mail<'_> = Mail {
    id: "msg_019a2b3c4d5e7f60a1b2c3d4e5f60718",
    at: Millis(1_763_712_000_000),
    from_name: "Weather API",
    from_address: "no-reply@example.com",
    to: "ada@example.com",
    subject: "482913 is your code for Weather API",
    text: "Your code is 482913.\n.\nA line with a dot stood above.\n",
    html: "<p>Your code is 482913.</p>",
};

fn mailer(port: u16) -> Mailer {
    let relay = Relay::parse(&format!("smtp://127.0.0.1:{port}")).unwrap();
    Mailer::patient(relay, Duration::from_millis(400))
}

/// The lines of a header; folded ones as one.
fn header(mail: &str, name: &str) -> Vec<String> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    let head = head.replace("\r\n ", " ");
    let prefix = format!("{name}: ");
    head.split("\r\n")
        .filter_map(|line| line.strip_prefix(&prefix))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_mail_arrives_once_with_its_headers_and_both_bodies() {
    let relay = relay::Relay::start(Mood::Kind).await;
    mailer(relay.port).send(&MAIL).await.unwrap();
    let heard = relay.heard();
    assert_eq!(heard.mails.len(), 1);
    let mail = &heard.mails[0];
    for (name, value) in [
        ("From", "\"Weather API\" <no-reply@example.com>"),
        ("To", "ada@example.com"),
        ("Subject", "482913 is your code for Weather API"),
        ("Date", "Fri, 21 Nov 2025 08:00:00 +0000"),
        (
            "Message-ID",
            "<msg_019a2b3c4d5e7f60a1b2c3d4e5f60718@example.com>",
        ),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(header(mail, name), [value], "{name} in\n{mail}");
    }
    assert!(header(mail, "Content-Type")[0].starts_with("multipart/alternative;"));
    let (text, html) = (mail.find("text/plain"), mail.find("text/html"));
    assert!(text.unwrap() < html.unwrap(), "the better form comes last");
    assert!(mail.contains("\r\n.\r\nA line with a dot"), "{mail}");
    assert!(heard.commands.contains(&"EHLO example.com".to_owned()));
}

#[tokio::test]
async fn one_connection_serves_many_mails_and_is_replaced_when_it_breaks() {
    let relay = relay::Relay::start(Mood::Kind).await;
    let mailer = mailer(relay.port);
    for _ in 0..3 {
        mailer.send(&MAIL).await.unwrap();
    }
    assert_eq!(
        (relay.heard().connections, relay.heard().mails.len()),
        (1, 3)
    );
    mailer.close().await;
    assert_eq!(relay.heard().commands.last().unwrap(), "QUIT");

    let leaving = relay::Relay::start(Mood::LeavesAfterOne).await;
    let mailer = self::mailer(leaving.port);
    for _ in 0..3 {
        mailer.send(&MAIL).await.unwrap();
    }
    assert_eq!(
        (leaving.heard().connections, leaving.heard().mails.len()),
        (3, 3)
    );
}

#[tokio::test]
async fn what_may_pass_later_is_transient() {
    for mood in [
        Mood::Greets("421 too busy"),
        Mood::Greets("554 go away"),
        Mood::Receives("450 try again"),
        Mood::Hangs,
        Mood::Drips,
    ] {
        let relay = relay::Relay::start(mood).await;
        let failure = mailer(relay.port).send(&MAIL).await.unwrap_err();
        assert!(
            matches!(failure, Failure::Transient(_)),
            "{mood:?}: {failure}"
        );
        assert!(relay.heard().mails.is_empty());
    }
    let nobody = mailer(9).send(&MAIL).await.unwrap_err();
    assert!(matches!(nobody, Failure::Transient(_)), "{nobody}");
}

#[tokio::test]
async fn a_mail_that_is_refused_is_refused_for_good_and_tells_no_address() {
    let relay = relay::Relay::start(Mood::Receives("550 ada@example.com is unknown")).await;
    let failure = mailer(relay.port).send(&MAIL).await.unwrap_err();
    assert!(matches!(failure, Failure::Permanent(_)), "{failure}");
    assert!(failure.to_string().contains("550"), "{failure}");
    assert!(!failure.to_string().contains("ada"), "{failure}");
}

#[tokio::test]
async fn a_wrong_password_is_nothing_against_the_mail() {
    let relay = relay::Relay::start(Mood::Knows("535 wrong")).await;
    let url = format!("smtp://us%40er:pa%3Ass@127.0.0.1:{}", relay.port);
    let mailer = Mailer::new(Relay::parse(&url).unwrap());
    let failure = mailer.send(&MAIL).await.unwrap_err();
    assert!(matches!(failure, Failure::Transient(_)), "{failure}");
    // base64 of \0us@er\0pa:ss
    let auth = "AUTH PLAIN AHVzQGVyAHBhOnNz".to_owned();
    assert!(
        relay.heard().commands.contains(&auth),
        "{relay:?}",
        relay = relay.heard()
    );
    assert!(!failure.to_string().contains("pa:ss"));
}

#[tokio::test]
async fn a_connection_that_cannot_be_protected_is_not_used() {
    for mood in [Mood::Starts, Mood::Kind] {
        let relay = relay::Relay::start(mood).await;
        let mut target = Relay::parse("smtp://u:p@127.0.0.1").unwrap();
        target.port = relay.port;
        target.security = super::relay::Security::StartTls;
        let mailer = Mailer::patient(target, Duration::from_millis(400));
        let failure = mailer.send(&MAIL).await.unwrap_err();
        assert!(matches!(failure, Failure::Transient(_)), "{failure}");
        let heard = relay.heard();
        let told = |verb: &str| heard.commands.iter().any(|line| line.starts_with(verb));
        assert!(!told("AUTH") && !told("MAIL"), "{heard:?}");
    }
    let plain = relay::Relay::start(Mood::Kind).await;
    let tls = Relay::parse(&format!("smtps://127.0.0.1:{}", plain.port)).unwrap();
    let mailer = Mailer::patient(tls, Duration::from_millis(400));
    let failure = mailer.send(&MAIL).await.unwrap_err();
    assert!(matches!(failure, Failure::Transient(_)), "{failure}");
    assert!(plain.heard().mails.is_empty());
}

#[tokio::test]
async fn a_send_that_is_dropped_leaves_nothing_behind_for_the_next() {
    let relay = relay::Relay::start(Mood::Kind).await;
    let mailer = mailer(relay.port);
    mailer.send(&MAIL).await.unwrap();
    for polls in 1..20 {
        let mut sending = Box::pin(mailer.send(&MAIL));
        for _ in 0..polls {
            let once = tokio::time::timeout(Duration::ZERO, &mut sending).await;
            if once.is_ok() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(sending);
        let last = Mail {
            subject: "after",
            ..MAIL
        };
        mailer.send(&last).await.unwrap();
        let heard = relay.heard();
        assert_eq!(header(heard.mails.last().unwrap(), "Subject"), ["after"]);
    }
}

#[tokio::test]
async fn nothing_of_more_than_one_line_becomes_a_header() {
    let relay = relay::Relay::start(Mood::Kind).await;
    let mailer = mailer(relay.port);
    for bad in [
        "A\r\nBcc: eve@example.com",
        "A\nB",
        "A\rB",
        "A\0",
        "A\u{85}B",
    ] {
        for mail in [
            Mail {
                from_name: bad,
                ..MAIL
            },
            Mail {
                subject: bad,
                ..MAIL
            },
            Mail { to: bad, ..MAIL },
            Mail {
                from_address: bad,
                ..MAIL
            },
            Mail { id: bad, ..MAIL },
        ] {
            let failure = mailer.send(&mail).await.unwrap_err();
            assert!(
                matches!(failure, Failure::Permanent(_)),
                "{bad:?}: {failure}"
            );
        }
    }
    assert_eq!(relay.heard().connections, 0);
}

#[tokio::test]
async fn odd_names_are_encoded_and_add_no_receiver() {
    let relay = relay::Relay::start(Mood::Kind).await;
    let mailer = mailer(relay.port);
    let long = "long ".repeat(60);
    let names = [
        "A\" <eve@example.com>, \"B",
        "Zoë 👩‍🚀 & Söhne",
        "=?utf-8?q?x=0D=0ABcc:_eve=40example.com?=",
        "a, b; c: d <e@f.gh>",
        "\u{202e}abc",
        &long,
    ];
    for name in names {
        let subject = format!("Welcome to {name}");
        let mail = Mail {
            from_name: name,
            subject: &subject,
            ..MAIL
        };
        mailer.send(&mail).await.unwrap();
        let heard = relay.heard();
        let told = heard.mails.last().unwrap();
        for (header_name, most) in [("From", 1), ("To", 1), ("Bcc", 0), ("Subject", 1)] {
            assert_eq!(header(told, header_name).len(), most, "{name}: {told}");
        }
        assert!(
            told.is_ascii() && told.lines().all(|line| line.len() <= 998),
            "{told}"
        );
        assert!(
            header(told, "From")[0].ends_with("<no-reply@example.com>"),
            "{told}"
        );
    }
    let receivers = relay.heard().commands;
    let receivers = receivers.iter().filter(|line| line.starts_with("RCPT"));
    assert!(
        receivers
            .clone()
            .all(|line| line == "RCPT TO:<ada@example.com>")
    );
    assert_eq!(receivers.count(), names.len());
}

#[tokio::test]
async fn every_address_of_the_domain_can_be_written_to() {
    let relay = relay::Relay::start(Mood::Kind).await;
    let mailer = mailer(relay.port);
    for (to, told) in [
        ("a@b.co", "a@b.co"),
        ("o'neil+tag@sub.example.com", "o'neil+tag@sub.example.com"),
        (
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
        ),
        ("jane@bücher.example", "jane@xn--bcher-kva.example"),
        ("x@localhost", "x@localhost"),
    ] {
        dream_domain::user::Email::parse(to).unwrap();
        mailer.send(&Mail { to, ..MAIL }).await.unwrap();
        let line = format!("RCPT TO:<{told}>");
        assert!(
            relay.heard().commands.contains(&line),
            "{to}: {:?}",
            relay.heard()
        );
    }
    // This relay knows no SMTPUTF8, so what is before the @ must be ASCII.
    let foreign = Mail {
        to: "jürgen@example.com",
        ..MAIL
    };
    let failure = mailer.send(&foreign).await.unwrap_err();
    assert!(matches!(failure, Failure::Permanent(_)), "{failure}");
}

#[test]
fn addresses_of_relays_are_read() {
    let read = |text: &str| format!("{:?}", Relay::parse(text).unwrap());
    for (text, shown) in [
        (
            "smtps://u:p@mail.example.com",
            "Relay(mail.example.com:465, Tls)",
        ),
        (
            "smtp://u:p@mail.example.com",
            "Relay(mail.example.com:587, StartTls)",
        ),
        (
            "smtp://mail.example.com:2525/",
            "Relay(mail.example.com:2525, StartTls)",
        ),
        ("smtp://localhost:1025", "Relay(localhost:1025, Plain)"),
        ("smtp://127.0.0.1:25", "Relay(127.0.0.1:25, Plain)"),
        ("smtp://[::1]:25", "Relay(::1:25, Plain)"),
        ("smtps://localhost", "Relay(localhost:465, Tls)"),
        (
            "smtp://localhost.example.com",
            "Relay(localhost.example.com:587, StartTls)",
        ),
    ] {
        assert_eq!(read(text), shown);
    }
    for bad in [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://u@mail.example.com",
        "smtp://:p@mail.example.com",
        "smtp://u:%zz@mail.example.com",
        "smtp://u:%ff@mail.example.com",
        "smtp://mail.example.com/path",
        "smtp://mail.example.com?tls=none",
        "smtp://mail.example.com:99999",
    ] {
        assert!(Relay::parse(bad).is_err(), "{bad}");
    }
}
