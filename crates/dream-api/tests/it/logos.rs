//! The picture of a project: set by its developer, shown to anyone, holding nothing that it should not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::project::Project;
use crate::server::shared;

/// Two red pixels, as a browser writes them.
const PNG: &[u8] = include_bytes!("logos/red.png");
const JPEG: &[u8] = include_bytes!("logos/red.jpg");
const WEBP: &[u8] = include_bytes!("logos/red.webp");

/// A note as cameras leave it, after the two bytes a JPEG begins with.
const EXIF: &[u8] = b"\xff\xe1\x00\x16Exif\0\x0048.1374N 11.57";

async fn set(project: &Project, logo: Value) -> Reply {
    let body = json!({"publishableKey": project.pk, "logo": logo});
    project.develop("/projects/logo", body).await
}

fn uri(kind: &str, bytes: &[u8]) -> Value {
    let data = STANDARD.encode(bytes);
    json!(format!("data:image/{kind};base64,{data}"))
}

#[tokio::test]
async fn a_picture_is_set_shown_replaced_and_taken_away() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let nothing = format!("/auth/logo/{}", project.pk);
    api.get(&nothing).send().await.problem(404, "not_found");
    let mut before = String::new();
    for (kind, data) in [("png", PNG), ("jpeg", JPEG), ("webp", WEBP)] {
        let answer = set(&project, uri(kind, data)).await.is(200);
        let path = answer.text_at("/logoUrl");
        assert!(path.starts_with(&format!("{nothing}?v=")), "{path}");
        assert_ne!(path, before);
        let list = project.settings(json!({})).await.is(200);
        assert_eq!(list.json["settings"]["logoUrl"], path);
        let shown = api.get(&path).send().await.is(200);
        for (name, value) in [
            ("content-type", format!("image/{kind}").as_str()),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
        ] {
            assert_eq!(shown.header(name), value, "{name}");
        }
        // The picture that was there before is not shown under its old address for another year.
        if !before.is_empty() {
            let old = api.get(&before).send().await.is(200);
            assert_eq!(old.header("cache-control"), "no-cache");
        }
        before = path;
    }
    set(&project, Value::Null).await.is(200);
    for path in [&nothing, &before] {
        api.get(path).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn notes_of_cameras_do_not_come_out_again() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let mut bytes = JPEG.to_vec();
    bytes.splice(2..2, EXIF.iter().copied());
    let answer = set(&project, uri("jpeg", &bytes)).await;
    let path = answer.is(200).text_at("/logoUrl");
    let shown = api.get(&path).send().await.is(200);
    assert!(shown.text.contains("JFIF"));
    for part in ["Exif", "48.1374N"] {
        assert!(!shown.text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn what_is_no_picture_422_and_nothing_changes() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let path = set(&project, uri("png", PNG))
        .await
        .is(200)
        .text_at("/logoUrl");
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>";
    for wrong in [
        uri("svg+xml", svg),
        uri("png", svg),
        uri("jpeg", PNG),
        uri("png", &vec![0; 256 * 1024 + 1]),
        uri("png", &PNG[..PNG.len() - 1]),
        uri("png", b""),
        json!("data:image/png;base64,not base64"),
        json!(STANDARD.encode(PNG)),
        json!("https://example.com/logo.png"),
        json!(""),
        json!(1),
        json!({}),
    ] {
        let reply = set(&project, wrong).await.problem(422, "invalid_value");
        assert_eq!(
            reply.json["errors"][0]["location"], "logo",
            "{}",
            reply.text
        );
    }
    let body = json!({"publishableKey": project.pk});
    let reply = project.develop("/projects/logo", body).await;
    reply.problem(400, "missing_field");
    api.get(&path).send().await.is(200);
}

#[tokio::test]
async fn pictures_of_nobody_404() {
    let api = shared().await;
    let unknown = format!("pk_test_{}", "0".repeat(32));
    for key in [unknown.as_str(), "x", "pk_live_", "%00", "..%2f"] {
        let reply = api.get(&format!("/auth/logo/{key}?v=0")).send().await;
        reply.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_picture_goes_with_its_project() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let path = set(&project, uri("png", PNG))
        .await
        .is(200)
        .text_at("/logoUrl");
    let body = json!({"publishableKey": project.pk, "confirm": project.name});
    project.develop("/projects/delete", body).await.is(200);
    api.get(&path).send().await.problem(404, "not_found");
    let left = format!(
        "select 1 from logos where publishable_key = '{}'",
        project.pk
    );
    assert!(api.database().look(&left).await.is_empty());
}

#[tokio::test]
async fn a_picture_goes_live_with_its_project() {
    let api = shared().await;
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    let project = Project::make(&api, json!({"projectName": "Seen", "tiers": tiers})).await;
    set(&project, uri("png", PNG)).await.is(200);
    let body = json!({"publishableKey": project.pk});
    let made = project.develop("/promote-to-live", body).await.is(200);
    let live = Project {
        pk: made.text_at("/publishableKey"),
        ..project.clone()
    };
    let settings = live.settings(json!({})).await.is(200);
    let path = settings.text_at("/settings/logoUrl");
    assert!(
        path.starts_with(&format!("/auth/logo/{}?v=", live.pk)),
        "{path}"
    );
    let shown = api.get(&path).send().await.is(200);
    assert_eq!(shown.header("content-type"), "image/png");
    // Each mode has its own from then on.
    set(&project, Value::Null).await.is(200);
    api.get(&path).send().await.is(200);
}
