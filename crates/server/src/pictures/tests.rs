//! Pictures made here, with what must not stay in them.

use dream_domain::image::{UPLOAD, inspect};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

/// A profile as far as it is looked at.
fn profile(colours: [u8; 4]) -> Vec<u8> {
    let mut profile = vec![0; 132];
    profile[16..20].copy_from_slice(&colours);
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

/// EXIF with one entry: the left side of the picture is its top.
fn exif() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"48.1374N");
    exif
}

/// Two pixels side by side, red and blue, grown so that compression does not mix them.
fn two_colours() -> RgbImage {
    RgbImage::from_fn(32, 16, |x, _| {
        if x < 16 {
            Rgb([200, 0, 0])
        } else {
            Rgb([0, 0, 200])
        }
    })
}

fn written(format: Format, image: &DynamicImage, colours: [u8; 4]) -> Vec<u8> {
    fn noted<E: image::ImageEncoder>(mut encoder: E, colours: [u8; 4]) -> E {
        encoder.set_icc_profile(profile(colours)).unwrap();
        encoder.set_exif_metadata(exif()).unwrap();
        encoder
    }
    let mut out = Vec::new();
    match format {
        Format::Png => image.write_with_encoder(noted(PngEncoder::new(&mut out), colours)),
        Format::Jpeg => image.write_with_encoder(noted(JpegEncoder::new(&mut out), colours)),
        _ => image.write_with_encoder(noted(WebPEncoder::new_lossless(&mut out), colours)),
    }
    .unwrap();
    out
}

async fn drawn(bytes: Vec<u8>) -> Picture {
    let head = inspect(&bytes, &UPLOAD).unwrap();
    let drawn = Pictures::new().redraw(bytes.into(), head).await;
    drawn.unwrap().unwrap()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn pictures_are_turned_as_noted_and_the_notes_are_gone() {
    let image = two_colours().into();
    for format in [Format::Png, Format::Jpeg, Format::Webp] {
        let bytes = written(format, &image, *b"RGB ");
        assert!(holds(&bytes, b"48.1374N"), "{format:?}");
        let picture = drawn(bytes).await;
        assert_eq!(picture.format, format);
        assert_eq!((picture.width, picture.height), (16, 32), "{format:?}");
        assert!(!holds(&picture.bytes, b"48.1374N"), "{format:?}");
        let shown = image::load_from_memory(&picture.bytes).unwrap().into_rgb8();
        let (top, bottom) = (shown.get_pixel(8, 4), shown.get_pixel(8, 28));
        assert!(
            top[0] > 150 && top[2] < 50 && bottom[2] > 150,
            "{format:?} {top:?} {bottom:?}"
        );
        // What is stored is a picture that would be taken again, and is the same then.
        let again = drawn(picture.bytes.clone()).await;
        assert_eq!((again.width, again.height), (16, 32), "{format:?}");
    }
}

#[tokio::test]
async fn a_profile_stays_where_it_fits_the_colours() {
    let image = two_colours().into();
    for (colours, stays) in [(*b"RGB ", true), (*b"CMYK", false), (*b"GRAY", false)] {
        for format in [Format::Jpeg, Format::Webp] {
            let picture = drawn(written(format, &image, colours)).await;
            assert_eq!(
                holds(&picture.bytes, b"acsp"),
                stays,
                "{format:?} {colours:?}"
            );
        }
    }
}

#[tokio::test]
async fn see_through_pictures_stay_so() {
    let image = RgbaImage::from_pixel(3, 5, Rgba([1, 2, 3, 4])).into();
    for format in [Format::Png, Format::Webp] {
        let picture = drawn(written(format, &image, *b"RGB ")).await;
        let shown = image::load_from_memory(&picture.bytes).unwrap();
        let turned = shown.into_rgba8();
        assert_eq!(
            (turned.dimensions(), turned.get_pixel(0, 0).0),
            ((5, 3), [1, 2, 3, 4])
        );
    }
}

#[tokio::test]
async fn an_animation_keeps_its_frames_and_times_and_loses_its_comments() {
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, 2, 1, &[255, 0, 0, 0, 0, 255]).unwrap();
    encoder.set_repeat(gif::Repeat::Infinite).unwrap();
    for (pixel, delay) in [(0, 7), (1, 9)] {
        let frame = gif::Frame {
            delay,
            width: 2,
            height: 1,
            buffer: vec![pixel, 1 - pixel].into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).unwrap();
    }
    encoder
        .write_raw_extension(gif::AnyExtension(0xfe), &[b"48.1374N"])
        .unwrap();
    drop(encoder);
    assert!(holds(&bytes, b"48.1374N"));
    let picture = drawn(bytes).await;
    assert!(!holds(&picture.bytes, b"48.1374N"));
    let mut decoder = gif::DecodeOptions::new()
        .read_info(&picture.bytes[..])
        .unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        frames.push((frame.delay, frame.buffer.to_vec()));
    }
    assert_eq!(frames, [(7, vec![0, 1]), (9, vec![1, 0])]);
    assert!(matches!(decoder.repeat(), gif::Repeat::Infinite));
}

#[tokio::test]
async fn a_picture_that_is_not_what_its_head_says_is_damaged() {
    for format in [Format::Png, Format::Webp] {
        let good = written(format, &two_colours().into(), *b"RGB ");
        let head = inspect(&good, &UPLOAD).unwrap();
        let wrong = Head { width: 33, ..head };
        let drawn = Pictures::new().redraw(good.into(), wrong).await.unwrap();
        assert_eq!(drawn.unwrap_err(), Fault::Damaged(format));
    }
    // Whole to look at, with nothing to draw inside.
    let mut hollow = written(Format::Png, &two_colours().into(), *b"RGB ");
    let at = hollow.windows(4).position(|part| part == b"IDAT").unwrap();
    hollow[at + 8..at + 24].fill(0);
    let head = inspect(&hollow, &UPLOAD).unwrap();
    let drawn = Pictures::new().redraw(hollow.into(), head).await.unwrap();
    assert_eq!(drawn.unwrap_err(), Fault::Damaged(Format::Png));
}

#[test]
fn the_largest_picture_is_drawn_alone() {
    let head = |width, height| Head {
        format: Format::Png,
        width,
        height,
        is_lossy: false,
    };
    assert_eq!(need_mib(&head(12_000, 3333)), MEMORY_MIB);
    assert_eq!(need_mib(&head(1, 1)) * 4, MEMORY_MIB);
}
