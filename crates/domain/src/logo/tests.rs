//! Pictures put together by hand, with what must not stay in them.

use super::*;

const SECRET: &[u8] = b"48.1374N 11.5755E";

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
    for kind in [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"prVt"] {
        bytes.extend(chunk(*kind, SECRET));
    }
    bytes.extend(chunk(*b"IDAT", b"pixels"));
    bytes.extend(chunk(*b"IEND", b""));
    bytes.extend_from_slice(SECRET);
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
    bytes.extend(segment(0xe1, &[b"Exif\0\0", SECRET].concat()));
    bytes.extend(segment(
        0xe1,
        &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat(),
    ));
    bytes.extend(segment(0xe2, b"ICC_PROFILE\0colours"));
    bytes.extend(segment(0xe2, &[b"MPF\0", SECRET].concat()));
    bytes.extend(segment(0xed, &[b"Photoshop 3.0\0", SECRET].concat()));
    bytes.extend(segment(0xfe, SECRET));
    bytes.extend(segment(0xc2, &[8, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0]));
    for scan in [b"first\xff\x00scan\xff\xd0x", b"second\xff\x00scan\xff\xd1"] {
        bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        bytes.extend_from_slice(scan);
    }
    bytes.extend_from_slice(&[0xff, 0xd9]);
    bytes.extend_from_slice(SECRET);
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

/// 16 by 9 pixels, with flags that announce a profile, EXIF and XMP.
const EXTENDED: &[u8] = &[0x2c, 0, 0, 0, 15, 0, 0, 8, 0, 0];

fn webp() -> Vec<u8> {
    let mut bytes = riff(&[
        (b"VP8X", EXTENDED),
        (b"ICCP", b"colours"),
        (b"VP8L", b"\x2fpixels"),
        (b"EXIF", SECRET),
        (b"XMP ", SECRET),
    ]);
    bytes.extend_from_slice(SECRET);
    bytes
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn what_is_not_needed_to_draw_it_is_taken_out() {
    for (bytes, format, kept) in [
        (
            png(16, 9),
            Format::Png,
            &[&b"IHDR"[..], b"pixels", b"IEND"][..],
        ),
        (
            jpeg(16, 9),
            Format::Jpeg,
            &[
                b"JFIF",
                b"ICC_PROFILE",
                b"first\xff\x00scan",
                b"second\xff\x00scan",
            ],
        ),
        (webp(), Format::Webp, &[b"VP8X", b"ICCP", b"\x2fpixels"]),
    ] {
        assert!(holds(&bytes, SECRET));
        let logo = Logo::read(&bytes).unwrap();
        assert_eq!(logo.format, format);
        assert!(!holds(&logo.bytes, SECRET), "{format:?}");
        for part in kept {
            assert!(holds(&logo.bytes, part), "{format:?} {part:?}");
        }
        // What is stored is a whole picture again.
        assert_eq!(Logo::read(&logo.bytes).unwrap(), logo);
    }
}

#[test]
fn the_flags_of_a_webp_say_what_is_left() {
    let logo = Logo::read(&webp()).unwrap();
    assert_eq!(logo.bytes[20], 0x20);
    let length = u32::from_le_bytes(logo.bytes[4..8].try_into().unwrap());
    assert_eq!(length as usize, logo.bytes.len() - 8);
}

#[test]
fn every_cut_of_a_picture_is_refused_and_none_panics() {
    for whole in [png(16, 9), jpeg(16, 9), webp()] {
        let stored = Logo::read(&whole).unwrap().bytes;
        for length in 0..stored.len() {
            let error = Logo::read(&stored[..length]).unwrap_err();
            assert_eq!(error.fields()[0].location, "logo", "{length}");
        }
        for at in 0..stored.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = stored.clone();
                changed[at] = value;
                let _ = Logo::read(&changed);
            }
        }
    }
}

#[test]
fn what_is_no_picture_for_a_browser_tab_is_refused() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
    for bad in [
        &b""[..],
        svg,
        b"GIF89a",
        b"\x89PNG",
        b"RIFF\0\0\0\0WAVE",
        b"\xff\xd8\xff",
    ] {
        assert!(Logo::read(bad).is_err(), "{bad:?}");
    }
    assert!(Logo::read(&vec![0; LOGO_BYTES_MAX + 1]).is_err());
}

#[test]
fn sides_are_1_to_4096_pixels() {
    let frame = |side: u16| {
        let [low, high] = side.to_le_bytes();
        riff(&[(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, low, high, low, high])])
    };
    let lossless = |side: u32| {
        let bits = (side - 1) | ((side - 1) << 14);
        riff(&[(b"VP8L", &[&[0x2f][..], &bits.to_le_bytes()].concat())])
    };
    for (side, fine) in [(1, true), (4096, true), (4097, false)] {
        let short = u16::try_from(side).unwrap();
        for bytes in [png(side, 1), png(1, side), jpeg(short, 1), jpeg(1, short)] {
            assert_eq!(Logo::read(&bytes).is_ok(), fine, "{side}");
        }
        for bytes in [frame(short), lossless(side)] {
            assert_eq!(Logo::read(&bytes).is_ok(), fine, "{side}");
        }
    }
    assert!(Logo::read(&png(0, 1)).is_err());
    assert!(Logo::read(&jpeg(1, 0)).is_err());
}
