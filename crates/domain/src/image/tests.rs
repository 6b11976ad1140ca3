//! Pictures put together by hand.

use super::*;

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend_from_slice(&kind);
    chunk.extend_from_slice(data);
    // Checksums are the business of whoever draws the picture.
    chunk.extend_from_slice(&[0; 4]);
    chunk
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[8, 6, 0, 0, 0]);
    let mut bytes = png::SIGNATURE.to_vec();
    bytes.extend(chunk(*b"IHDR", &header));
    bytes.extend(chunk(*b"tEXt", b"Author\0somebody"));
    bytes.extend(chunk(*b"IDAT", b"pixels"));
    bytes.extend(chunk(*b"IEND", b""));
    bytes
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], data].concat()
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let (w, h) = (width.to_be_bytes(), height.to_be_bytes());
    let mut bytes = vec![0xff, 0xd8];
    bytes.extend(segment(0xe0, b"JFIF\0rest"));
    bytes.extend(segment(0xfe, b"a comment"));
    bytes.extend(segment(0xc2, &[8, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0]));
    for scan in [b"first\xff\x00scan\xff\xd0x", b"second\xff\x00scan\xff\xd1"] {
        bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        bytes.extend_from_slice(scan);
    }
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks {
        body.extend_from_slice(*kind);
        body.extend_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&b"RIFF"[..], &length, &body].concat()
}

/// 16 by 9 pixels, with a profile.
const EXTENDED: &[u8] = &[0x20, 0, 0, 0, 15, 0, 0, 8, 0, 0];

fn webp() -> Vec<u8> {
    riff(&[
        (b"VP8X", EXTENDED),
        (b"ICCP", b"colours"),
        (b"VP8L", b"\x2fpixels"),
    ])
}

/// A GIF with a comment and frames of this size.
fn gif(side: u16, frames: usize) -> Vec<u8> {
    let [low, high] = side.to_le_bytes();
    let mut bytes = [b"GIF89a", &[low, high, low, high, 0x80, 0, 0][..]].concat();
    bytes.extend_from_slice(&[0; 6]);
    bytes.extend_from_slice(b"\x21\xfe\x05hello\0");
    for _ in 0..frames {
        bytes.extend_from_slice(&[0x2c, 0, 0, 0, 0, low, high, low, high, 0x81]);
        bytes.extend_from_slice(&[0; 12]);
        bytes.extend_from_slice(b"\x02\x03abc\x01d\0");
    }
    bytes.push(0x3b);
    bytes
}

fn look(bytes: &[u8]) -> Result<Head, Fault> {
    inspect(bytes, &UPLOAD)
}

#[test]
fn what_a_picture_is_its_bytes_say() {
    for (bytes, format) in [
        (png(16, 9), Format::Png),
        (jpeg(16, 9), Format::Jpeg),
        (webp(), Format::Webp),
    ] {
        let head = look(&bytes).unwrap();
        assert_eq!(
            (head.format, head.width, head.height),
            (format, 16, 9),
            "{format:?}"
        );
    }
    let head = look(&gif(7, 3)).unwrap();
    assert_eq!((head.format, head.width, head.height), (Format::Gif, 7, 7));
    for format in [Format::Png, Format::Jpeg, Format::Webp, Format::Gif] {
        assert_eq!(Format::of_extension(format.extension()), Some(format));
    }
}

#[test]
fn every_cut_of_a_picture_is_refused_and_no_change_panics() {
    for whole in [png(16, 9), jpeg(16, 9), webp(), gif(16, 2)] {
        for length in 0..whole.len() {
            // The last byte of a WebP may be padding.
            assert!(
                look(&whole[..length]).is_err(),
                "{length} of {}",
                whole.len()
            );
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = look(&changed);
            }
        }
    }
}

#[test]
fn what_is_no_picture_is_told_apart_from_a_bad_one() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    for bad in [
        &b""[..],
        svg,
        b"GIF88a",
        b"\x89PNG",
        b"RIFF\0\0\0\0WAVE",
        b"%PDF-1.7",
    ] {
        let fault = look(bad).unwrap_err();
        assert_eq!(fault, Fault::Unknown);
        assert_eq!(fault.of_upload().code(), Code::UnsupportedMediaType);
        let field = fault.of_field("logo");
        assert_eq!(field.code(), Code::InvalidValue);
        assert_eq!(field.fields()[0].location, "logo");
    }
    let fault = look(b"GIF89a").unwrap_err();
    assert_eq!(fault, Fault::Damaged(Format::Gif));
    assert_eq!(fault.of_upload().code(), Code::InvalidValue);
    let long = look(&vec![0; UPLOAD.bytes + 1]).unwrap_err();
    assert_eq!(long.of_upload().code(), Code::PayloadTooLarge);
}

#[test]
fn files_that_are_something_else_too_are_refused() {
    let tails: [&[u8]; 5] = [
        b"PK\x03\x04archive",
        b"%PDF-1.7",
        b"/* a script */",
        b"MZ",
        b"\0\0x",
    ];
    for (bytes, format) in [
        (png(1, 1), Format::Png),
        (jpeg(1, 1), Format::Jpeg),
        (webp(), Format::Webp),
        (gif(1, 1), Format::Gif),
    ] {
        for tail in tails {
            let both = [&bytes[..], tail].concat();
            assert_eq!(look(&both), Err(Fault::Tail(format)), "{format:?} {tail:?}");
        }
        let padded = [&bytes[..], b"\0\0\r\n"].concat();
        assert!(look(&padded).is_ok(), "{format:?}");
    }
    let noted = png(1, 1);
    let at = noted.windows(8).position(|part| part == b"somebody");
    for text in [b"<SCRIPT>", b"<?php  x", b"<Html> x"] {
        let mut noted = noted.clone();
        noted[at.unwrap()..][..8].copy_from_slice(text);
        assert_eq!(look(&noted), Err(Fault::Markup));
    }
}

#[test]
fn what_cameras_put_behind_a_jpeg_is_no_fault() {
    let second = jpeg(1, 1);
    let film = b"\0\0\0\x18ftypmp42";
    for tail in [
        &second[..],
        film,
        b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1SEFHxSEFT",
    ] {
        assert!(
            look(&[&jpeg(1, 1)[..], tail].concat()).is_ok(),
            "{tail:02x?}"
        );
        assert!(look(&[&png(1, 1)[..], tail].concat()).is_err());
    }
}

#[test]
fn sides_and_pixels_have_a_limit_before_anything_is_decoded() {
    let frame = |side: u16| {
        let [low, high] = side.to_le_bytes();
        riff(&[(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, low, high, low, high])])
    };
    let lossless = |side: u32| {
        let bits = (side - 1) | ((side - 1) << 14);
        riff(&[(b"VP8L", &[&[0x2f][..], &bits.to_le_bytes()].concat())])
    };
    for (side, fine) in [(1_u16, true), (4096, true), (4097, false)] {
        let wide = u32::from(side);
        for bytes in [png(wide, 1), png(1, wide), jpeg(side, 1), jpeg(1, side)] {
            assert_eq!(inspect(&bytes, &LOGO).is_ok(), fine, "{side}");
        }
        for bytes in [frame(side), lossless(wide), gif(side, 1)] {
            assert_eq!(inspect(&bytes, &LOGO).is_ok(), fine, "{side}");
        }
    }
    assert!(frame(1).len() < 64 && look(&frame(1)).unwrap().is_lossy);
    for (width, height, fine) in [
        (20_000, 20_000, false),
        (12_000, 3333, true),
        (12_000, 3334, false),
        (12_001, 1, false),
        (0, 1, false),
    ] {
        assert_eq!(
            look(&png(width, height)).is_ok(),
            fine,
            "{width} x {height}"
        );
    }
    assert_eq!(look(&jpeg(1, 0)), Err(Fault::TooLarge(1, 0, UPLOAD)));
}

#[test]
fn a_jpeg_has_so_many_scans_and_no_more() {
    let scanned = |scans: usize| {
        let mut bytes = jpeg(4000, 4000);
        let end = bytes.len() - 2;
        let scan = [segment(0xda, &[1, 1, 0, 0, 63, 0]), b"scan".to_vec()].concat();
        bytes.splice(end..end, scan.repeat(scans - 2));
        bytes
    };
    assert!(look(&scanned(32)).is_ok());
    assert_eq!(look(&scanned(33)), Err(Fault::Damaged(Format::Jpeg)));
}

#[test]
fn animations_have_a_limit_too() {
    assert!(look(&gif(1000, 200)).is_ok());
    assert_eq!(look(&gif(1000, 201)), Err(Fault::TooManyFrames));
    assert_eq!(look(&gif(1, 2001)), Err(Fault::TooManyFrames));
    assert_eq!(look(&gif(1, 0)), Err(Fault::Damaged(Format::Gif)));
}
