//! WebP (RFC 9649): a RIFF file of chunks, each with type, length and data, padded to even length.

use super::Walk;

/// Goes to the last chunk; none if the picture is damaged.
pub(super) fn walk(bytes: &[u8]) -> Option<Walk> {
    let length = usize::try_from(u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?)).ok()?;
    let end = length.checked_add(8)?;
    let mut rest = bytes.get(12..end)?;
    let (mut size, mut drawn, mut is_lossy) = (None, false, false);
    while !rest.is_empty() {
        let kind = rest.get(..4)?;
        let length = usize::try_from(u32::from_le_bytes(*rest.get(4..)?.first_chunk()?)).ok()?;
        let data = rest.get(8..length.checked_add(8)?)?;
        if size.is_none() {
            size = Some(first(kind, data)?);
        }
        is_lossy |= kind == b"VP8 ";
        drawn |= matches!(kind, b"VP8 " | b"VP8L" | b"ANMF");
        rest = rest
            .get(length.next_multiple_of(2) + 8..)
            .unwrap_or_default();
    }
    // Files without the last byte of padding exist.
    let end = end.next_multiple_of(2).min(bytes.len());
    size.filter(|_| drawn)
        .map(|size| Walk::still(size, end, is_lossy))
}

/// Width and height in the first chunk, which is one of three.
fn first(kind: &[u8], data: &[u8]) -> Option<(u32, u32)> {
    match kind {
        b"VP8X" => {
            let side = |at: usize| {
                let [low, middle, high] = *data.get(at..)?.first_chunk()?;
                Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
            };
            Some((side(4)?, side(7)?))
        }
        b"VP8 " => {
            let side = |at: usize| {
                let bytes = *data.get(at..)?.first_chunk()?;
                Some(u32::from(u16::from_le_bytes(bytes) & 0x3fff))
            };
            (data.get(3..6)? == [0x9d, 0x01, 0x2a]).then(|| Some((side(6)?, side(8)?)))?
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(*data.get(1..)?.first_chunk()?);
            (data.first() == Some(&0x2f))
                .then_some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}
