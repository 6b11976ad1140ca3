//! Pictures: which are taken, told by their bytes and never by a name.
//!
//! Here a picture is only looked at: what it is, how large it unfolds and where it ends. Nothing is decoded, so that
//! what is too large is refused before it takes any memory.

mod gif;
mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

use crate::error::{Code, Error, invalid};

/// How large a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Pixels of either side.
    pub side: u32,
    /// Pixels in all, of one frame: a small file may unfold to gigabytes.
    pub pixels: u64,
}

/// Pictures of products (rules 8): 10 MiB, 12,000 pixels a side, 40 million in all.
pub const UPLOAD: Limits = Limits {
    bytes: 10 << 20,
    side: 12_000,
    pixels: 40_000_000,
};

/// Pictures of projects: 256 KiB, 4096 pixels a side.
pub const LOGO: Limits = Limits {
    bytes: 256 << 10,
    side: 4096,
    pixels: 4096 * 4096,
};

/// The most frames of an animation, and of how many pixels together: each is work, however small its bytes are.
const FRAMES_MAX: u32 = 2000;
const FRAME_PIXELS_MAX: u64 = 200_000_000;

/// What kind of picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
}

/// What can be known of a picture without drawing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// What it is.
    pub format: Format,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Whether it was compressed with loss.
    pub is_lossy: bool,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has more bytes than these.
    TooLong(usize),
    /// It is none of the formats.
    Unknown,
    /// It breaks off, or says something impossible.
    Damaged(Format),
    /// So wide and high is more than what may be.
    TooLarge(u32, u32, Limits),
    /// An animation of too many frames or pixels.
    TooManyFrames,
    /// Something that is no picture stands after its end.
    Tail(Format),
    /// It holds the text of a page or program.
    Markup,
}

/// Looks at a picture. What it answers is a promise of the file; whoever draws it must hold it to that.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Head, Fault> {
    if bytes.len() > limits.bytes {
        return Err(Fault::TooLong(limits.bytes));
    }
    let format = Format::of(bytes).ok_or(Fault::Unknown)?;
    let walked = match format {
        Format::Png => png::walk(bytes),
        Format::Jpeg => jpeg::walk(bytes),
        Format::Webp => webp::walk(bytes),
        Format::Gif => gif::walk(bytes),
    };
    let walk = walked.ok_or(Fault::Damaged(format))?;
    walk.check(limits)?;
    let tail = bytes.get(walk.end..).unwrap_or_default();
    if !is_harmless(format, tail) {
        return Err(Fault::Tail(format));
    }
    if has_markup(bytes) {
        return Err(Fault::Markup);
    }
    Ok(Head {
        format,
        width: walk.width,
        height: walk.height,
        is_lossy: walk.is_lossy,
    })
}

impl Format {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// What names of such files end with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }

    /// The format whose names end so.
    pub fn of_extension(extension: &str) -> Option<Self> {
        let all = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];
        all.into_iter()
            .find(|format| format.extension() == extension)
    }

    /// What the first bytes say.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(png::SIGNATURE) {
            Some(Self::Png)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else {
            None
        }
    }
}

impl Fault {
    /// The answer to an upload: 413, 415, or 422 for what is a picture but not a good one.
    pub fn of_upload(self) -> Error {
        let (what, fix) = self.told();
        let code = match self {
            Self::TooLong(_) => Code::PayloadTooLarge,
            Self::Unknown => Code::UnsupportedMediaType,
            _ => return invalid("file", what, fix),
        };
        code.error(format!("The file {what}. {fix}"))
    }

    /// The answer where a picture is a field of a body: always 422.
    pub fn of_field(self, field: &str) -> Error {
        let (what, fix) = self.told();
        invalid(field, what, fix)
    }

    /// What is wrong, to follow the name of the picture, and what to do.
    fn told(self) -> (String, &'static str) {
        match self {
            Self::TooLong(most) => (
                format!("has more than the {most} bytes that are allowed"),
                "Send a smaller picture",
            ),
            Self::Unknown => (
                "is no PNG, JPEG, WebP or GIF picture".to_owned(),
                "Save it as one of these; SVG is not taken, because it can hold scripts",
            ),
            Self::Damaged(format) => (
                format!("is no whole picture of type {}", format.media_type()),
                "Open it in a picture editor and save it again",
            ),
            Self::TooLarge(width, height, most) => (
                format!(
                    "is {width} by {height} pixels, of {} a side and {} in all allowed",
                    most.side, most.pixels
                ),
                "Scale it down; 2,000 pixels a side are enough for any screen",
            ),
            Self::TooManyFrames => (
                format!("has more than {FRAMES_MAX} frames, or {FRAME_PIXELS_MAX} pixels in them"),
                "Shorten the animation or scale it down",
            ),
            Self::Tail(format) => (
                format!(
                    "goes on after the end of its picture of type {}",
                    format.media_type()
                ),
                "Open it in a picture editor and save it again",
            ),
            Self::Markup => (
                "holds the text of a page or program".to_owned(),
                "Open it in a picture editor and save it again without notes",
            ),
        }
    }
}

/// What going through a picture from its beginning to its end finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Walk {
    width: u32,
    height: u32,
    /// The first byte after the picture.
    end: usize,
    is_lossy: bool,
    frames: u32,
    /// Pixels of all frames.
    pixels: u64,
}

impl Walk {
    /// A picture that stands still.
    fn still((width, height): (u32, u32), end: usize, is_lossy: bool) -> Self {
        Self {
            width,
            height,
            end,
            is_lossy,
            frames: 1,
            pixels: u64::from(width) * u64::from(height),
        }
    }

    fn check(&self, limits: &Limits) -> Result<(), Fault> {
        let (width, height) = (self.width, self.height);
        let fits = |side: u32| (1..=limits.side).contains(&side);
        let pixels = u64::from(width) * u64::from(height);
        if !fits(width) || !fits(height) || pixels > limits.pixels {
            return Err(Fault::TooLarge(width, height, *limits));
        }
        if self.frames > FRAMES_MAX || self.pixels > FRAME_PIXELS_MAX {
            return Err(Fault::TooManyFrames);
        }
        Ok(())
    }
}

/// Nothing, padding, or what cameras put behind a JPEG: another one (depth, brightness), a film, or the notes of
/// Samsung's, which end so. Anything else makes the file something besides a picture.
fn is_harmless(format: Format, tail: &[u8]) -> bool {
    let padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let begin = tail.iter().position(|byte| !padding(byte));
    let Some(rest) = begin.and_then(|begin| tail.get(begin..)) else {
        return true;
    };
    // The length of a film's first box ends right before its name, and may begin with zeros.
    let film = tail.windows(4).take(16).any(|four| four == b"ftyp");
    let of_camera = rest.starts_with(&[0xff, 0xd8, 0xff]) || film || tail.ends_with(b"SEFT");
    format == Format::Jpeg && of_camera
}

/// What pages and programs begin with, in lower case. No camera or editor writes it into a picture.
const MARKUP: [&[u8]; 4] = [b"<script", b"<html", b"<!doctype", b"<?php"];

fn has_markup(bytes: &[u8]) -> bool {
    let begins = |at: usize| {
        MARKUP.iter().any(|text| {
            let there = bytes.get(at..at + text.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(text))
        })
    };
    let angles = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<');
    angles.into_iter().any(|(at, _)| begins(at))
}
