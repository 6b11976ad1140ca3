//! Letters as people get them.

use super::brand::Brand;
use super::page::write;
use super::{Letter, StockChange, Stored};

const TO: &str = "ada@example.com";
const LINK: &str = "https://api.example.com/verify?pk=pk_live_1&token=aB-_9&redirect=https%3A%2F%2Fapp.example.com";

fn letters() -> [Letter<'static>; 13] {
    let (code, link) = ("482913", LINK);
    [
        Letter::VerifyEmail { code, link },
        Letter::AccountExists {
            sign_in: "https://api.example.com/signin?pk=pk_live_1",
            reset: "https://api.example.com/reset?pk=pk_live_1",
        },
        Letter::ResetPassword { code, link },
        Letter::ChangeEmail { code, link },
        Letter::EmailChanged {
            new_email: "ada@new.example.com",
        },
        Letter::PasswordChanged {},
        Letter::DeveloperLink { link },
        Letter::AccountDeleted {},
        Letter::Receipt {
            bought: "2 × Mug",
            total: "$36.00",
            missing: Some("$18.00"),
            link,
        },
        Letter::Sent {
            note: Some("It is on its way"),
            tracking: Some("https://parcels.example.com/1"),
            link,
        },
        Letter::Refunded {
            amount: "$18.00",
            link,
        },
        Letter::StockChanged {
            store: "Weather API",
            product: "Mug",
            unsold: 2,
            change: StockChange::Low,
            link,
        },
        Letter::Alert {
            project: "Weather API",
            what: "1 event could not be worked.",
            link,
        },
    ]
}

fn written(name: &str, letter: &Letter<'_>) -> Stored {
    let brand = Brand::new(name, None, None, "https://api.example.com");
    write(&brand, TO, letter).unwrap()
}

/// What a browser makes of an attribute.
fn unescaped(html: &str) -> String {
    html.replace("&#38;", "&")
}

#[test]
fn the_text_of_a_code_stands_by_itself() {
    insta::assert_snapshot!(written("Weather API", &letters()[0]).text);
}

#[test]
fn the_page_of_a_code() {
    insta::assert_snapshot!(written("Weather API", &letters()[0]).html);
}

#[test]
fn every_letter_names_project_and_receiver_in_both_forms() {
    for letter in letters() {
        let mail = written("Weather API", &letter);
        for body in [&mail.text, &mail.html] {
            for part in ["Weather API", TO] {
                assert!(body.contains(part), "{letter:?} without {part}: {body}");
            }
        }
        assert!(mail.subject.contains("Weather API"));
        assert!(!mail.text.contains(['<', '>', '&']) || mail.text.contains(LINK));
        assert_eq!((&*mail.to, &*mail.from_name), (TO, "Weather API"));
    }
}

#[test]
fn codes_and_links_stand_in_both_forms() {
    for letter in letters() {
        let mail = written("Weather API", &letter);
        let html = unescaped(&mail.html);
        match letter {
            Letter::VerifyEmail { code, link }
            | Letter::ResetPassword { code, link }
            | Letter::ChangeEmail { code, link } => {
                assert!(mail.subject.starts_with(code));
                for body in [&mail.text, &html] {
                    assert!(body.contains(code) && body.contains(link), "{body}");
                }
            }
            Letter::DeveloperLink { link }
            | Letter::Receipt { link, .. }
            | Letter::Refunded { link, .. }
            | Letter::StockChanged { link, .. }
            | Letter::Alert { link, .. } => {
                assert!(mail.text.contains(link) && html.contains(link));
            }
            Letter::Sent { tracking, link, .. } => {
                for link in [tracking, Some(link)].into_iter().flatten() {
                    assert!(mail.text.contains(link) && html.contains(link));
                }
            }
            Letter::AccountExists { sign_in, reset } => {
                for link in [sign_in, reset] {
                    assert!(mail.text.contains(link) && html.contains(link));
                }
            }
            Letter::EmailChanged { new_email } => {
                assert!(mail.text.contains(new_email) && html.contains(new_email));
            }
            Letter::PasswordChanged {} | Letter::AccountDeleted {} => {
                assert!(!mail.text.contains("http"));
            }
        }
    }
}

#[test]
fn a_name_is_text_wherever_it_stands() {
    let name = r#"<script>alert(1)</script>"><img src=x onerror='a'>&amp;"#;
    for letter in letters() {
        let mail = written(name, &letter);
        for bad in ["<script", "<img src=x", "onerror='"] {
            assert!(!mail.html.contains(bad), "{bad} in {}", mail.html);
        }
        assert!(mail.html.contains("&#60;script&#62;"));
        assert!(mail.text.contains(name));
    }
}

#[test]
fn a_link_cannot_leave_its_attribute() {
    let link = r#"https://api.example.com/"onmouseover="x"#;
    let mail = written("A", &Letter::DeveloperLink { link });
    assert!(!mail.html.contains(r#""onmouseover"#));
    assert!(mail.html.contains("&#34;onmouseover=&#34;x"));
}

#[test]
fn the_picture_comes_from_the_public_url() {
    let brand = Brand::new(
        "A",
        Some("/auth/logo/pk_test_1?v=ab&c"),
        Some("#ffd400"),
        "https://api.example.com",
    );
    let mail = write(&brand, TO, &Letter::AccountDeleted {}).unwrap();
    let source = r#"src="https://api.example.com/auth/logo/pk_test_1?v=ab&c""#;
    assert!(unescaped(&mail.html).contains(source), "{}", mail.html);
}
