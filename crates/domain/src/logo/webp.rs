//! WebP (RFC 9649): a RIFF file of chunks, each with type, length and data, padded to even length.

use super::Size;

/// Chunks that change what is seen.
const KEPT: [&[u8; 4]; 7] = [
    b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
];
/// The flags of `VP8X` that announce EXIF and XMP.
const METADATA: u8 = 0x08 | 0x04;

/// The chunks that are kept, and the size; none if it is damaged.
pub(super) fn strip(bytes: &[u8]) -> Option<(Vec<u8>, Size)> {
    let length = usize::try_from(u32::from_le_bytes(*bytes.get(4..)?.first_chunk()?)).ok()?;
    let mut rest = bytes.get(12..length.checked_add(8)?)?;
    let mut kept = Vec::with_capacity(rest.len());
    let (mut size, mut drawn) = (None, false);
    while !rest.is_empty() {
        let kind = rest.get(..4)?;
        let length = usize::try_from(u32::from_le_bytes(*rest.get(4..)?.first_chunk()?)).ok()?;
        let data = rest.get(8..length.checked_add(8)?)?;
        if size.is_none() {
            size = Some(first(kind, data)?);
        }
        if KEPT.iter().any(|known| *known == kind) {
            push(&mut kept, kind, data);
        }
        drawn |= matches!(kind, b"VP8 " | b"VP8L" | b"ANMF");
        rest = rest
            .get(length.next_multiple_of(2) + 8..)
            .unwrap_or_default();
    }
    let mut whole = b"RIFF".to_vec();
    whole.extend_from_slice(&u32::try_from(kept.len() + 4).ok()?.to_le_bytes());
    whole.extend_from_slice(b"WEBP");
    whole.append(&mut kept);
    size.filter(|_| drawn).map(|size| (whole, size))
}

fn push(kept: &mut Vec<u8>, kind: &[u8], data: &[u8]) {
    let begin = kept.len();
    kept.extend_from_slice(kind);
    kept.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    kept.extend_from_slice(data);
    if data.len() % 2 == 1 {
        kept.push(0);
    }
    if kind == b"VP8X"
        && let Some(flags) = kept.get_mut(begin + 8)
    {
        *flags &= !METADATA;
    }
}

/// The size in the first chunk, which is one of three.
fn first(kind: &[u8], data: &[u8]) -> Option<Size> {
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
