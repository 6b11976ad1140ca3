//! Uploads in a bucket: a real S3 server on this machine, which checks every signature.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;

const ID: &str = "the-id-of-a-key";
const SECRET: &str = "the/secret+of=a-key";

/// An S3 server with one bucket; the folder it keeps it in, and its address.
async fn s3() -> (TempDir, String) {
    let root = TempDir::with_prefix("dream-s3-").unwrap();
    std::fs::create_dir(root.path().join("pictures")).unwrap();
    let mut builder = S3ServiceBuilder::new(FileSystem::new(root.path()).unwrap());
    builder.set_auth(SimpleAuth::from_single(ID, SECRET));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let builder = Builder::new(TokioExecutor::new());
                let _ = builder
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    (root, format!("http://{address}"))
}

fn variables<'a>(endpoint: &'a str, secret: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("DREAM_ASSETS_URL", "s3://pictures/shop/live"),
        ("DREAM_ASSETS_ENDPOINT", endpoint),
        ("DREAM_ASSETS_REGION", "auto"),
        ("DREAM_ASSETS_ACCESS_KEY_ID", ID),
        ("DREAM_ASSETS_SECRET_ACCESS_KEY", secret),
    ]
}

/// Names of all objects of a project that the bucket holds.
fn in_bucket(root: &TempDir, project: &Project) -> usize {
    let folder = root.path().join("pictures/shop/live").join(&project.pk);
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn pictures_go_to_a_bucket_come_from_there_and_leave_it() {
    let (root, endpoint) = s3().await;
    let server = Server::with(&variables(&endpoint, SECRET)).await;
    let api = server.api();
    let (gone, stays) = (Project::saas(&api, 5).await, Project::saas(&api, 5).await);
    let kept = upload(&stays, JPEG).await.is(200).text_at("/url");
    let made = upload(&gone, PNG).await.is(200);
    let shown = api.get(&made.text_at("/url")).send().await.is(200);
    assert_eq!(shown.header("content-type"), "image/png");
    assert!(shown.text.contains("IHDR"), "{}", shown.text);
    assert_eq!(upload(&gone, PNG).await.is(200).json, made.json);
    assert_eq!((in_bucket(&root, &gone), in_bucket(&root, &stays)), (1, 1));
    assert!(objects(&api, &gone).is_empty(), "nothing is in the folder");
    let body = json!({"publishableKey": gone.pk, "confirm": gone.name});
    gone.develop("/projects/delete", body).await.is(200);
    eventually("the object leaves the bucket", async || {
        in_bucket(&root, &gone) == 0
    })
    .await;
    api.get(&kept).send().await.is(200);
    assert!(!server.log().contains(SECRET));
}

#[tokio::test]
async fn a_bucket_that_refuses_or_is_away_503_and_nothing_is_kept() {
    let (root, endpoint) = s3().await;
    let wrong = Server::with(&variables(&endpoint, "another-secret")).await;
    let away = crate::server::free_address();
    let away = format!("http://{away}");
    let away = Server::with(&variables(&away, SECRET)).await;
    for server in [wrong, away] {
        let api = server.api();
        let project = Project::saas(&api, 5).await;
        let reply = upload(&project, PNG).await;
        let reply = reply.problem(503, "storage_unavailable");
        for secret in [SECRET, "another-secret", "pictures/"] {
            assert!(!reply.text.contains(secret), "{}", reply.text);
        }
        assert_eq!(
            (rows(&api, &project).await, in_bucket(&root, &project)),
            (0, 0)
        );
    }
}
