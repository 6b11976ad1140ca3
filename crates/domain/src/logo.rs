//! Pictures of projects: which are taken, and what is taken out of them.
//!
//! What a picture is, its bytes say. Only the parts that are needed to draw it are kept: where it was taken, with
//! which camera and by whom is nobody's business, and what stands after its end is no picture.

mod jpeg;
mod png;
mod webp;

use crate::error::{Error, Result, invalid};

/// The most bytes of a picture.
pub const LOGO_BYTES_MAX: usize = 256 * 1024;
/// The most pixels of a side: a small file may unfold to gigabytes.
const SIDE_MAX: u32 = 4096;

/// What kind of picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl Format {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// What the first bytes say.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(png::SIGNATURE) {
            Some(Self::Png)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }
}

/// A picture that can be shown to anyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// What it is.
    pub format: Format,
    /// Its bytes, without what is not needed to draw it.
    pub bytes: Vec<u8>,
}

impl Logo {
    /// Reads a PNG, JPEG or WebP picture; 422 for all else, SVG among it, for more than 256 KiB or 4096 pixels a side,
    /// and for what is damaged. Cameras note in EXIF which side is up: that note is lost too.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > LOGO_BYTES_MAX {
            return Err(invalid(
                "logo",
                format!("has {} bytes, of {LOGO_BYTES_MAX} allowed", bytes.len()),
                "Send a smaller picture; 256 pixels a side are enough",
            ));
        }
        let format = Format::of(bytes).ok_or_else(|| {
            invalid(
                "logo",
                "is no PNG, JPEG or WebP picture",
                "Save it as PNG; SVG is not taken, because it can hold scripts",
            )
        })?;
        let stripped = match format {
            Format::Png => png::strip(bytes),
            Format::Jpeg => jpeg::strip(bytes),
            Format::Webp => webp::strip(bytes),
        };
        let (bytes, size) = stripped.ok_or_else(|| damaged(format))?;
        check_size(size)?;
        Ok(Self { format, bytes })
    }
}

/// Width and height in pixels.
type Size = (u32, u32);

fn check_size((width, height): Size) -> Result<()> {
    if (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height) {
        return Ok(());
    }
    Err(invalid(
        "logo",
        format!("is {width} by {height} pixels, of {SIDE_MAX} a side allowed"),
        "Send a smaller picture; 256 pixels a side are enough",
    ))
}

fn damaged(format: Format) -> Error {
    invalid(
        "logo",
        format!("is no whole picture of type {}", format.media_type()),
        "Open it in a picture editor and save it again",
    )
}

#[cfg(test)]
mod tests;
