//! PNG (W3C PNG, third edition, 5): a signature, then chunks of length, type, data and checksum.

use super::Walk;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Goes to the last chunk; none if the picture is damaged.
pub(super) fn walk(bytes: &[u8]) -> Option<Walk> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let (mut size, mut drawn) = (None, false);
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        // Length, type and checksum are four bytes each.
        let whole = usize::try_from(length).ok()?.checked_add(12)?;
        let (chunk, after) = rest.split_at_checked(whole)?;
        let kind = chunk.get(4..8)?;
        if size.is_none() {
            size = Some(header(kind, chunk.get(8..whole - 4)?)?);
        }
        drawn |= kind == b"IDAT";
        if kind == b"IEND" {
            let end = bytes.len() - after.len();
            return size
                .filter(|_| drawn)
                .map(|size| Walk::still(size, end, false));
        }
        rest = after;
    }
}

/// Width and height in the first chunk.
fn header(kind: &[u8], data: &[u8]) -> Option<(u32, u32)> {
    if kind != b"IHDR" || data.len() != 13 {
        return None;
    }
    let width = u32::from_be_bytes(*data.first_chunk()?);
    let height = u32::from_be_bytes(*data.get(4..)?.first_chunk()?);
    Some((width, height))
}
