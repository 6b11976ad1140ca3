//! Other spellings of ids and keys never find anything (TI-15).

use crate::raw::exchange;
use crate::server::shared;
use crate::spec::encode;
use crate::tenants::Victim;

/// Every letter as its full-width form.
fn full_width(text: &str) -> String {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic());
    text.chars().map(|c| wide(c).unwrap_or(c)).collect()
}

fn swap_case(text: &str) -> String {
    let swapped = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swapped).collect()
}

fn spellings(text: &str) -> Vec<String> {
    vec![
        text.to_uppercase(),
        swap_case(text),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}\0"),
        format!("{text}%00"),
        format!("{text}\u{200b}"),
        format!("{text}."),
        format!("{text}/"),
        format!("./{text}"),
        full_width(text),
        text.replacen('_', "\u{ff3f}", 1),
        text.chars().rev().collect(),
        text[..text.len() - 1].to_owned(),
        format!("{text}%"),
        text.replace(|c: char| c.is_ascii_digit(), "_"),
        "%".to_owned(),
        "user_%".to_owned(),
    ]
}

#[tokio::test]
async fn other_spellings_of_a_user_id_404() {
    let api = shared().await;
    let victim = Victim::new(&api, "speltid").await;
    let own = &victim.project;
    for spelling in spellings(&victim.person.id) {
        if spelling == victim.person.id {
            continue;
        }
        let path = format!("/api/customers/{}", encode(&spelling));
        let reply = own.secret(api.get(&path)).send().await;
        assert_eq!(reply.status, 404, "{spelling:?}: {}", reply.text);
    }
    let path = format!("/api/customers/{}", victim.person.id);
    own.secret(api.get(&path)).send().await.is(200);
}

#[tokio::test]
async fn other_spellings_of_keys_401() {
    let api = shared().await;
    let victim = Victim::new(&api, "speltkey").await;
    let key = &victim.project.pk;
    for spelling in spellings(key) {
        // Space around a header's value is not part of it.
        if spelling.trim() == key || spelling.contains('\0') {
            continue;
        }
        let reply = api.get("/api/tiers").key(&spelling).send().await;
        assert!(
            matches!(reply.status, 400 | 401),
            "{spelling:?}: {}",
            reply.text
        );
    }
    let secret = &victim.project.sk;
    for spelling in spellings(secret) {
        if spelling.trim() == secret || spelling.contains('\0') {
            continue;
        }
        let reply = api.get("/api/customers").bearer(&spelling).send().await;
        assert!(
            matches!(reply.status, 400 | 401),
            "{spelling:?}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn a_key_with_nul_in_a_header_is_refused_400() {
    let api = shared().await;
    let victim = Victim::new(&api, "nulkey").await;
    let key = &victim.project.pk;
    let request =
        format!("GET /api/tiers HTTP/1.1\r\nhost: x\r\nx-publishable-key: {key}\0\r\n\r\n");
    let reply = exchange(&api, request).await.unwrap();
    assert_eq!(reply.status, 400, "{reply:?}");
}

#[tokio::test]
async fn paths_are_not_decoded_twice_404() {
    let api = shared().await;
    let victim = Victim::new(&api, "twice").await;
    let id = &victim.person.id;
    let twice = id.replace('_', "%255F");
    let path = format!("/api/customers/{twice}");
    let reply = victim.project.secret(api.get(&path)).send().await;
    reply.problem(404, "customer_not_found");
    for path in [
        format!("/api/customers/x/../{id}"),
        format!("/api/tiers/../customers/{id}"),
        format!("//api/customers/{id}"),
        format!("/API/customers/{id}"),
    ] {
        let sk = &victim.project.sk;
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {sk}\r\n\r\n");
        let reply = exchange(&api, head).await.unwrap();
        reply.problem(404, "not_found");
    }
}
