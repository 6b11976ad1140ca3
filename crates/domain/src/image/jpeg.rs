//! JPEG (ITU-T T.81, annex B): segments that begin with a marker, and coded data after each scan's header.

use super::Walk;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
/// Each scan goes over the whole picture; encoders write up to a dozen.
const SCANS_MAX: usize = 32;

/// Goes to the end marker; none if the picture is damaged.
pub(super) fn walk(bytes: &[u8]) -> Option<Walk> {
    let mut rest = bytes.strip_prefix(&[0xff, START])?;
    let (mut size, mut scans) = (None, 0);
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == END {
            let end = bytes.len() - after.len();
            return size
                .filter(|_| (1..=SCANS_MAX).contains(&scans))
                .map(|size| Walk::still(size, end, true));
        }
        // The length counts its own two bytes.
        let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
        let (segment, mut following) = after.split_at_checked(length)?;
        let data = segment.get(2..)?;
        if is_frame(marker) {
            size = Some(frame(data)?);
        }
        if marker == SCAN {
            following = following.get(coded_length(following)?..)?;
            scans += 1;
        }
        rest = following;
    }
}

/// The marker that comes next; any number of 0xff may stand before it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let rest = bytes.strip_prefix(&[0xff])?;
    let at = rest.iter().position(|byte| *byte != 0xff)?;
    let marker = *rest.get(at)?;
    // A restart or a second beginning has no place here.
    let stray = matches!(marker, 0x00 | 0x01 | 0xd0..=START);
    (!stray).then(|| Some((marker, rest.get(at + 1..)?)))?
}

/// How many bytes the coded data of a scan has: up to the first marker that is neither a stuffed zero nor a restart.
fn coded_length(bytes: &[u8]) -> Option<usize> {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    bytes.windows(2).position(ends)
}

/// Whether the segment tells the size: all start-of-frame markers.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Width and height in a frame header, where they stand after the precision, height first.
fn frame(data: &[u8]) -> Option<(u32, u32)> {
    let height = u16::from_be_bytes(*data.get(1..)?.first_chunk()?);
    let width = u16::from_be_bytes(*data.get(3..)?.first_chunk()?);
    Some((width.into(), height.into()))
}
