//! GIF (`GIF89a` specification): a screen, then blocks, each a picture or an extension, up to a trailer.

use super::Walk;

const EXTENSION: u8 = 0x21;
const PICTURE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

/// Goes to the trailer; none if the picture is damaged.
pub(super) fn walk(bytes: &[u8]) -> Option<Walk> {
    let screen: &[u8; 7] = bytes.get(6..)?.first_chunk()?;
    let (width, height) = (side(&screen[..2])?, side(&screen[2..4])?);
    let mut rest = bytes.get(13 + colours(screen[4])..)?;
    let (mut frames, mut pixels) = (0_u32, 0_u64);
    loop {
        let (kind, after) = rest.split_first()?;
        rest = match *kind {
            TRAILER => {
                let end = bytes.len() - after.len();
                return (frames > 0).then_some(Walk {
                    width,
                    height,
                    end,
                    is_lossy: false,
                    frames,
                    pixels,
                });
            }
            EXTENSION => skip_blocks(after.get(1..)?)?,
            PICTURE => {
                let place: &[u8; 9] = after.first_chunk()?;
                let (wide, high) = (side(&place[4..6])?, side(&place[6..8])?);
                frames = frames.saturating_add(1);
                pixels += u64::from(wide) * u64::from(high);
                // After the colours comes one byte: how many bits a code begins with.
                skip_blocks(after.get(10 + colours(place[8])..)?)?
            }
            _ => return None,
        };
    }
}

fn side(bytes: &[u8]) -> Option<u32> {
    Some(u16::from_le_bytes(*bytes.first_chunk()?).into())
}

/// The bytes of the table of colours that these flags announce.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// What follows a list of blocks, each with its length before it and the last one empty.
fn skip_blocks(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        let (length, after) = rest.split_first()?;
        if *length == 0 {
            return Some(after);
        }
        rest = after.get(usize::from(*length)..)?;
    }
}
