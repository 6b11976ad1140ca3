//! PNG (W3C PNG, third edition, 5): a signature, then chunks of length, type, data and checksum.

use super::Size;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Chunks that change what is seen. Texts, EXIF, times and private chunks do not.
const KEPT: [&[u8; 4]; 16] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// The chunks that are kept, and the size; none if it is damaged.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Size)> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut kept = SIGNATURE.to_vec();
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
        if KEPT.iter().any(|known| *known == kind) {
            kept.extend_from_slice(chunk);
        }
        drawn |= kind == b"IDAT";
        if kind == b"IEND" {
            return size.filter(|_| drawn).map(|size| (kept, size));
        }
        rest = after;
    }
}

/// The size in the first chunk.
fn header(kind: &[u8], data: &[u8]) -> Option<Size> {
    if kind != b"IHDR" || data.len() != 13 {
        return None;
    }
    let width = u32::from_be_bytes(*data.first_chunk()?);
    let height = u32::from_be_bytes(*data.get(4..)?.first_chunk()?);
    Some((width, height))
}
