//! What is no picture, or too much of one: refused with a reason, before it takes memory, and nothing of it stays.

use super::*;
use crate::raw::Raw;

async fn nothing_is_kept(api: &Api, project: &Project) {
    assert_eq!(rows(api, project).await, 0);
    assert!(objects(api, project).is_empty());
}

#[tokio::test]
async fn what_is_no_picture_415_whatever_it_says() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for bytes in [
        &svg[..],
        b"<svg onload=\"alert(1)\"/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7\n",
        b"PK\x03\x04\x14\0\0\0",
        b"\x7fELF",
        b"BM\x3a\0\0\0\0\0",
        b"II*\0\x08\0\0\0",
        b"\0\0\0\x18ftypheic",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"",
        b"\x89PNG",
    ] {
        let reply = upload(&project, bytes).await;
        let reply = reply.problem(415, "unsupported_media_type");
        assert!(reply.text_at("/message").contains("PNG"), "{}", reply.text);
    }
    let raw = project.secret(api.post("/api/assets"));
    let raw = raw.header("content-type", "image/png").body(PNG);
    raw.send().await.problem(415, "unsupported_media_type");
    nothing_is_kept(&api, &project).await;
}

#[tokio::test]
async fn files_that_are_something_else_too_422() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let script = b"<script>alert(document.domain)</script>";
    let archive = b"PK\x03\x04\x14\0\0\0\0\0payload.jar";
    let mut noted = JPEG.to_vec();
    let length = u16::try_from(script.len() + 2).unwrap().to_be_bytes();
    let note = [&[0xff, 0xfe][..], &length, script].concat();
    noted.splice(2..2, note);
    let gif = made::gif(1);
    let mut both = Vec::from([noted, [b"GIF89a", &b"/*<svg*/=1;alert(1)"[..]].concat()]);
    for picture in [PNG, JPEG, WEBP, &gif] {
        for tail in [&script[..], archive, b"%PDF-1.7", b"*/=1;alert(1)//"] {
            both.push([picture, tail].concat());
        }
    }
    for bytes in both {
        let reply = upload(&project, &bytes).await;
        let reply = reply.problem(422, "invalid_value");
        assert_eq!(reply.json["errors"][0]["location"], "file");
    }
    nothing_is_kept(&api, &project).await;
}

#[tokio::test]
async fn pictures_that_unfold_to_gigabytes_422_and_take_no_memory() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    upload(&project, PNG).await.is(200);
    let before = peak_mib(server.pid);
    // Whole and right, and small: 20,000 by 20,000 pixels.
    let bomb = made::png(20_000, 20_000, made::rows(20_000, 20_000));
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    for _ in 0..4 {
        let reply = upload(&project, &bomb).await;
        let reply = reply.problem(422, "invalid_value");
        assert!(reply.text_at("/message").contains("20000 by 20000"));
    }
    for (width, height) in [(12_001, 1), (1, 12_001), (12_000, 3334), (0, 0)] {
        let bytes = made::png(width, height, made::rows(width, height).max(1));
        upload(&project, &bytes).await.problem(422, "invalid_value");
    }
    // One that says it is small and unfolds to a gigabyte all the same.
    for liar in [
        made::png(100, 100, 1 << 30),
        made::png_with_profile(1 << 30),
    ] {
        let reply = upload(&project, &liar).await;
        assert!(matches!(reply.status, 200 | 422), "{}", reply.text);
    }
    let after = peak_mib(server.pid);
    assert!(after < before + 96, "{before} MiB became {after}");
    // What is within the limits is drawn, in as much memory as it needs.
    let large = made::png(12_000, 3333, made::rows(12_000, 3333));
    upload(&project, &large).await.is(200);
    // So many frames that each takes its time.
    let frames = upload(&project, &made::gif(2001)).await;
    frames.problem(422, "invalid_value");
}

/// The most memory that a process ever had.
fn peak_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib / 1024
}

#[tokio::test]
async fn files_over_ten_megabytes_413_before_they_are_in_memory() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::saas(&api, 5).await;
    upload(&project, PNG).await.is(200);
    let before = peak_mib(server.pid);
    let file = [PNG, &vec![0; 30 << 20]].concat();
    let form = super::forms::form("a.png", &file, &[]);
    for _ in 0..3 {
        let call = project.secret(api.post("/api/assets"));
        let call = call.header("content-type", super::forms::kind());
        let reply = call.body(form.clone()).send().await;
        reply.problem(413, "payload_too_large");
        upload(&project, &file)
            .await
            .problem(413, "payload_too_large");
    }
    let after = peak_mib(server.pid);
    assert!(after < before + 24, "{before} MiB became {after}");
    // One byte over the limit is over it, padding or not.
    let exact = [PNG, &vec![0; (10 << 20) - PNG.len()]].concat();
    upload(&project, &exact).await.is(200);
    let over = [&exact[..], b"\0"].concat();
    upload(&project, &over)
        .await
        .problem(413, "payload_too_large");
    assert_eq!(rows(&api, &project).await, 1);
}

#[tokio::test]
async fn a_form_without_a_length_is_cut_at_the_limit_413() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let form = super::forms::form("a.png", PNG, &[]);
    let head = format!(
        "POST /api/assets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        project.sk,
        super::forms::kind()
    );
    let mut raw = Raw::open(&api).await;
    raw.send(head).await;
    // Up to the end of the file, and then no end.
    let begin = &form[..form.len() - 40];
    raw.send(format!("{:x}\r\n", begin.len())).await;
    raw.send(begin).await;
    raw.send("\r\n").await;
    let chunk = [b"10000\r\n", &vec![b'x'; 1 << 16][..], b"\r\n"].concat();
    for _ in 0..200 {
        raw.send(&chunk).await;
    }
    raw.send("0\r\n\r\n").await;
    raw.reply().await.unwrap().problem(413, "payload_too_large");
    // One that announces too much is told so before it sends anything.
    let head = format!(
        "POST /api/assets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nexpect: 100-continue\r\ncontent-length: 31457280\r\n\r\n",
        project.sk
    );
    let reply = crate::raw::exchange(&api, head).await.unwrap();
    reply.problem(413, "payload_too_large");
    // Who may not upload is told so before anything is read.
    let head = "POST /api/assets HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk_test_x\r\ncontent-length: 9000000\r\n\r\n";
    let reply = crate::raw::exchange(&api, head).await.unwrap();
    assert_eq!(reply.status, 401);
    nothing_is_kept(&api, &project).await;
}

#[tokio::test]
async fn bodies_that_say_too_little_400_or_422() {
    let api = shared().await;
    let project = Project::saas(&api, 5).await;
    let data = STANDARD.encode(PNG);
    for (body, status, code) in [
        (json!({"data": data}), 400, "missing_field"),
        (json!({"filename": "a.png"}), 400, "missing_field"),
        (json!({}), 400, "missing_field"),
        (
            json!({"filename": "a.png", "data": "not base64!"}),
            422,
            "invalid_value",
        ),
        (
            json!({"filename": "a.png", "data": 1}),
            422,
            "invalid_value",
        ),
        (
            json!({"filename": null, "data": data}),
            422,
            "invalid_value",
        ),
    ] {
        let call = project.secret(api.post("/api/assets")).json(&body);
        call.send().await.problem(status, code);
    }
    let mut cut = PNG.to_vec();
    cut.truncate(PNG.len() - 1);
    upload(&project, &cut).await.problem(422, "invalid_value");
    nothing_is_kept(&api, &project).await;
}
