//! Uploads: what is a picture is kept, drawn anew and shown to anyone; nothing else gets in (cases UPL, defects 13).

mod bucket;
mod forms;
mod made;
mod refused;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::{Api, Reply};
use crate::forge::other_developer;
use crate::project::Project;
use crate::server::{Server, eventually, shared};

/// Two red pixels, as a browser writes them.
const PNG: &[u8] = include_bytes!("logos/red.png");
const JPEG: &[u8] = include_bytes!("logos/red.jpg");
const WEBP: &[u8] = include_bytes!("logos/red.webp");

/// A note as cameras leave it, after the two bytes a JPEG begins with.
const EXIF: &[u8] = b"\xff\xe1\x00\x16Exif\0\x0048.1374N 11.57";

fn input(bytes: &[u8]) -> Value {
    json!({"filename": "picture.png", "contentType": "image/png", "data": STANDARD.encode(bytes)})
}

/// Uploads as JSON with the secret key.
async fn upload(project: &Project, bytes: &[u8]) -> Reply {
    let call = project.secret(project.api.post("/api/assets"));
    call.json(input(bytes)).send().await
}

/// Names of all objects of a project that lie in the folder.
fn objects(api: &Api, project: &Project) -> Vec<String> {
    let folder = api.folder.join("data/assets").join(&project.pk);
    let Ok(names) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    names
        .map(|name| name.unwrap().file_name().into_string().unwrap())
        .collect()
}

async fn rows(api: &Api, project: &Project) -> usize {
    let sql = format!(
        "select 1 from assets where publishable_key = '{}'",
        project.pk
    );
    api.database().look(&sql).await.len()
}

#[tokio::test]
async fn a_picture_is_kept_and_shown_to_anyone_for_ever() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    for (bytes, kind, ending) in [
        (PNG, "image/png", ".png"),
        (JPEG, "image/jpeg", ".jpg"),
        (WEBP, "image/webp", ".webp"),
        (&made::gif(3), "image/gif", ".gif"),
    ] {
        let made = upload(&project, bytes).await.is(200);
        let (key, url) = (made.text_at("/key"), made.text_at("/url"));
        assert_eq!(url, format!("/api/assets/{key}"));
        assert!(key.ends_with(ending) && !key.contains('/'), "{key}");
        assert_eq!(made.text_at("/contentType"), kind);
        let shown = api.get(&url).send().await.is(200);
        for (name, value) in [
            ("content-type", kind),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("content-disposition", "inline"),
            ("access-control-allow-origin", "*"),
            ("cross-origin-resource-policy", "cross-origin"),
        ] {
            assert_eq!(shown.header(name), value, "{name}");
        }
        let tag = shown.header("etag").to_owned();
        for known in [&tag, "*", &format!("\"x\", W/{tag}")] {
            let again = api.get(&url).header("if-none-match", known);
            let again = again.send().await.is(304);
            assert_eq!(again.header("etag"), tag);
            assert!(again.text.is_empty());
        }
        let other = api.get(&url).header("if-none-match", "\"x\"");
        other.send().await.is(200);
        let head = api.call(reqwest::Method::HEAD, &url).send().await.is(200);
        assert_eq!(
            head.header("content-length"),
            shown.header("content-length")
        );
    }
}

#[tokio::test]
async fn the_same_picture_has_the_same_key_and_another_project_another() {
    let api = shared().await;
    let (one, other) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let first = upload(&one, PNG).await.is(200).text_at("/key");
    assert_eq!(upload(&one, PNG).await.is(200).text_at("/key"), first);
    assert_ne!(upload(&other, PNG).await.is(200).text_at("/key"), first);
    assert_eq!((objects(&api, &one).len(), rows(&api, &one).await), (1, 1));
    // At once it is one picture too; the objects of those that came later are removed in time.
    let many = (0..8).map(|_| {
        let one = one.clone();
        tokio::spawn(async move { upload(&one, JPEG).await.is(200).text_at("/key") })
    });
    let many: Vec<_> = many.collect();
    let mut keys = Vec::new();
    for upload in many {
        keys.push(upload.await.unwrap());
    }
    keys.dedup();
    assert_eq!((keys.len(), rows(&api, &one).await), (1, 2));
}

#[tokio::test]
async fn notes_of_cameras_are_gone_and_the_picture_is_upright() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let mut bytes = JPEG.to_vec();
    bytes.splice(2..2, EXIF.iter().copied());
    let made = upload(&project, &bytes).await.is(200);
    let shown = api.get(&made.text_at("/url")).send().await.is(200);
    assert!(shown.text.contains("JFIF"));
    for part in ["Exif", "48.1374N"] {
        assert!(!shown.text.contains(part), "{part}");
    }
    // The same picture without the note: what is stored does not tell them apart.
    let plain = upload(&project, JPEG).await.is(200);
    assert_eq!(plain.text_at("/key"), made.text_at("/key"));
    let turned = made::turned(JPEG);
    let made = upload(&project, &turned).await.is(200);
    assert_eq!(
        (made.number_at("/width"), made.number_at("/height")),
        (1, 2)
    );
}

#[tokio::test]
async fn developers_upload_for_a_project_they_name_and_get_a_whole_address() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let call = || api.post("/upload-asset").bearer(api.developer());
    let mut body = input(PNG);
    // The demo developer has many projects: he must name one.
    call()
        .json(&body)
        .send()
        .await
        .problem(400, "missing_field");
    let made = call().key(&project.pk).json(&body).send().await.is(200);
    let url = made.text_at("/url");
    assert_eq!(
        url,
        format!("{}/api/assets/{}", api.base, made.text_at("/key"))
    );
    body["publishableKey"] = project.pk.clone().into();
    let again = call().json(&body).send().await.is(200);
    assert_eq!(again.text_at("/url"), url);
    let other = Project::saas(&api, 5).await;
    let differs = call().key(&other.pk).json(&body).send().await;
    differs.problem(403, "key_mismatch");
    body["publishableKey"] = format!("pk_test_{}", "0".repeat(32)).into();
    call()
        .json(&body)
        .send()
        .await
        .problem(404, "project_not_found");
    let secret = api.post("/upload-asset").bearer(&project.sk);
    secret
        .json(input(PNG))
        .send()
        .await
        .problem(401, "developer_required");
    let anyone = api.post("/api/assets").key(&project.pk);
    anyone
        .json(input(PNG))
        .send()
        .await
        .problem(403, "secret_key_required");
}

#[tokio::test]
async fn a_developer_with_one_project_need_not_name_it() {
    let api = shared().await;
    let developer = other_developer(&api, "only-one@example.com").await;
    let call = || api.post("/upload-asset").bearer(&developer);
    let made = call().json(input(PNG)).send().await.is(200);
    let path = made.text_at("/url").replace(&api.base, "");
    api.get(&path).send().await.is(200);
    let tiers = json!([{"name": "free", "price": 0, "limit": 5}]);
    let body = json!({"projectName": "Second", "tiers": tiers});
    Project::make_as(&api, &developer, body).await;
    let reply = call().json(input(PNG)).send().await;
    reply.problem(400, "missing_field");
}

#[tokio::test]
async fn an_upload_needs_no_idempotency_key() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let send = async |bytes: &[u8]| {
        let call = project.secret(api.post("/api/assets"));
        let call = call.header("idempotency-key", "the same one twice");
        let made = call.json(input(bytes)).send().await.is(200);
        made.text_at("/key")
    };
    let first = send(PNG).await;
    assert_eq!(send(PNG).await, first);
    assert_ne!(send(JPEG).await, first);
}

#[tokio::test]
async fn addresses_that_are_none_404() {
    let api = shared().await;
    let unknown = format!("{}.png", "0".repeat(40));
    for key in [
        unknown.as_str(),
        "x",
        "..%2f..%2fdemo.json",
        "..%2F..%2F..%2F..%2Fetc%2Fpasswd",
        "%00",
        "%ff",
        &format!("{}.svg", "0".repeat(40)),
        &format!("{}.png%00", "0".repeat(40)),
        &"0".repeat(4000),
    ] {
        let reply = api.get(&format!("/api/assets/{key}")).send().await;
        let reply = reply.problem(404, "not_found");
        assert_eq!(reply.header("access-control-allow-origin"), "*", "{key}");
    }
    for path in [
        "/api/assets/../../demo.json",
        "/api/assets/..",
        "/api/assets/%2e%2e",
        "/api/assets/a/b.png",
        "/api/assets/",
    ] {
        let reply = crate::raw::exchange(&api, format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
        assert_eq!(reply.await.unwrap().status, 404, "{path}");
    }
}

#[tokio::test]
async fn pictures_go_with_their_project_and_no_others() {
    let api = shared().await;
    let (gone, stays) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let kept = upload(&stays, PNG).await.is(200).text_at("/url");
    let mut urls = Vec::new();
    for bytes in [PNG, JPEG] {
        urls.push(upload(&gone, bytes).await.is(200).text_at("/url"));
    }
    assert_eq!(objects(&api, &gone).len(), 2);
    let body = json!({"publishableKey": gone.pk, "confirm": gone.name});
    gone.develop("/projects/delete", body).await.is(200);
    for url in &urls {
        api.get(url).send().await.problem(404, "not_found");
    }
    eventually("the objects are removed", async || {
        objects(&api, &gone).is_empty()
    })
    .await;
    api.get(&kept).send().await.is(200);
    assert_eq!(objects(&api, &stays).len(), 1);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_503_and_the_picture_is_kept_later() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    let folder = api.folder.join("data/assets");
    // Nothing can be made below a file.
    std::fs::write(folder.join(&project.pk), "in the way").unwrap();
    let reply = upload(&project, PNG).await;
    reply.problem(503, "storage_unavailable");
    assert_eq!(rows(&api, &project).await, 0);
    std::fs::remove_file(folder.join(&project.pk)).unwrap();
    let made = upload(&project, PNG).await.is(200);
    api.get(&made.text_at("/url")).send().await.is(200);
}
