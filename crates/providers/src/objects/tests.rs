use std::future::poll_fn;
use std::pin::pin;

use super::*;

async fn read(object: Object) -> Vec<u8> {
    let mut pieces = pin!(object.bytes());
    let mut out = Vec::new();
    while let Some(piece) = poll_fn(|cx| pieces.as_mut().poll_next(cx)).await {
        out.extend_from_slice(&piece.unwrap().into());
    }
    out
}

#[tokio::test]
async fn a_folder_keeps_gives_and_removes_objects() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path().join("made/here"));
    let objects = Objects::open(&place).unwrap();
    assert!(objects.get("pk/a.png").await.unwrap().is_none());
    objects.put("pk/a.png", b"abc".to_vec()).await.unwrap();
    objects.put("pk/b.png", b"b".to_vec()).await.unwrap();
    // Another process sees the same.
    let again = Objects::open(&place).unwrap();
    let object = again.get("pk/a.png").await.unwrap().unwrap();
    assert_eq!((object.length(), read(object).await), (3, b"abc".to_vec()));
    for _ in 0..2 {
        objects.remove("pk/a.png").await.unwrap();
        assert!(again.get("pk/a.png").await.unwrap().is_none());
    }
    assert!(again.get("pk/b.png").await.unwrap().is_some());
}

#[tokio::test]
async fn no_name_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    let objects = Objects::open(&Place::Folder(inside)).unwrap();
    for name in ["../a", "pk/../../a", "/../a", "pk/./a", "pk//a"] {
        assert!(objects.put(name, b"x".to_vec()).await.is_err(), "{name}");
    }
    let names = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(names.count(), 1);
}

#[test]
fn secrets_of_a_bucket_are_not_shown() {
    let bucket = Bucket {
        name: "pictures".to_owned(),
        prefix: String::new(),
        endpoint: None,
        region: "auto".to_owned(),
        access_key_id: "the id".to_owned(),
        secret_access_key: Zeroizing::new("the secret".to_owned()),
    };
    let shown = format!("{:?}", Place::Bucket(bucket));
    assert!(
        shown.contains("pictures") && !shown.contains("the "),
        "{shown}"
    );
}
