//! PNG, JPEG and WebP: the first frame, upright as its camera noted, in 8 bits a colour, with its colour profile.

use std::io::Cursor;

use dream_domain::image::{Format, Head};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader};

use super::Picture;

/// Decoded, in bytes: 40 million pixels of four bytes each.
const DECODED_MAX: u64 = 160_000_000;
/// Profiles and other notes of a file, unfolded, in bytes.
const NOTES_MAX: u64 = 16 << 20;
/// Losses that nobody sees.
const JPEG_QUALITY: u8 = 90;
/// Profiles of screens and cameras have a few KiB; those of printers do not fit pictures for screens.
const PROFILE_MAX: usize = 64 * 1024;

/// None if it is damaged, or unfolds to more than its head promised.
pub(super) fn redraw(bytes: &[u8], head: Head) -> Option<Picture> {
    let (image, profile) = decode(bytes, head)?;
    let opaque = !image.color().has_alpha();
    let lossless = encode(&image, profile.as_deref(), head.format)?;
    // WebP is written without loss here, which makes a photograph many times as large.
    let grown = head.format == Format::Webp && head.is_lossy && lossless.len() > bytes.len() * 2;
    let (format, drawn) = if grown && opaque {
        let lossy = encode(&image, profile.as_deref(), Format::Jpeg)?;
        (Format::Jpeg, lossy)
    } else {
        (head.format, lossless)
    };
    Some(Picture {
        format,
        width: image.width(),
        height: image.height(),
        bytes: drawn,
    })
}

fn decode(bytes: &[u8], head: Head) -> Option<(DynamicImage, Option<Vec<u8>>)> {
    let kind = match head.format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Webp => ImageFormat::WebP,
        Format::Gif => return None,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(head.width);
    limits.max_image_height = Some(head.height);
    // As much as four colours of 16 bits take, and some for notes that are unfolded only to be dropped.
    let pixels = u64::from(head.width) * u64::from(head.height);
    limits.max_alloc = Some(pixels * 8 + NOTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    if decoder.dimensions() != (head.width, head.height) || decoder.total_bytes() > DECODED_MAX {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let mut image = in_8_bits(DynamicImage::from_decoder(decoder).ok()?);
    image.apply_orientation(orientation);
    let profile = profile.filter(|profile| fits(profile, image.color()));
    Some((image, profile))
}

/// The four ways that every format here can be written in.
fn in_8_bits(image: DynamicImage) -> DynamicImage {
    match (image.color().has_color(), image.color().has_alpha()) {
        (false, false) => image.into_luma8().into(),
        (false, true) => image.into_luma_alpha8().into(),
        (true, false) => image.into_rgb8().into(),
        (true, true) => image.into_rgba8().into(),
    }
}

/// Whether it is a profile (ICC.1, 7.2: its signature and the colours it is for), and of these colours.
fn fits(profile: &[u8], color: ColorType) -> bool {
    let of = if color.has_color() { b"RGB " } else { b"GRAY" };
    profile.len() <= PROFILE_MAX
        && profile.get(36..40) == Some(b"acsp")
        && profile.get(16..20) == Some(of)
}

fn encode(image: &DynamicImage, profile: Option<&[u8]>, format: Format) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match format {
        Format::Png => {
            let (level, filter) = (CompressionType::Default, FilterType::Adaptive);
            write(
                PngEncoder::new_with_quality(&mut out, level, filter),
                image,
                profile,
            )
        }
        Format::Jpeg => write(
            JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY),
            image,
            profile,
        ),
        Format::Webp => write(WebPEncoder::new_lossless(&mut out), image, profile),
        Format::Gif => None,
    }?;
    Some(out)
}

fn write(
    mut encoder: impl ImageEncoder,
    image: &DynamicImage,
    profile: Option<&[u8]>,
) -> Option<()> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).ok()?;
    }
    image.write_with_encoder(encoder).ok()
}
