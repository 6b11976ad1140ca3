//! Pictures made byte by byte.

/// A chunk of a PNG.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let checked = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let sum = crc32fast::hash(&checked).to_be_bytes();
    [&length[..], &checked, &sum].concat()
}

/// A PNG whose head says this size and whose data unfolds to `unfolded` bytes, all zero.
pub(super) fn png(width: u32, height: u32, unfolded: usize) -> Vec<u8> {
    // One bit a pixel, shades of grey.
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[1, 0, 0, 0, 0],
    ]
    .concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(*b"IHDR", &header));
    bytes.extend(chunk(*b"IDAT", &zeros(unfolded)));
    bytes.extend(chunk(*b"IEND", b""));
    bytes
}

/// A PNG of one pixel with a colour profile that unfolds to so many bytes.
pub(super) fn png_with_profile(unfolded: usize) -> Vec<u8> {
    let plain = png(1, 1, 2);
    let profile = chunk(*b"iCCP", &[b"x\0\0", &zeros(unfolded)[..]].concat());
    // Behind the signature and the first chunk.
    let at = 8 + 12 + 13;
    [&plain[..at], &profile, &plain[at..]].concat()
}

/// The rows of such a picture: each with one byte before it.
pub(super) fn rows(width: u32, height: u32) -> usize {
    (width.div_ceil(8) + 1) as usize * height as usize
}

/// So many zeros as a zlib stream (RFC 1950, RFC 1951): one zero, then copies of 258 of them, 13 bits each.
fn zeros(count: usize) -> Vec<u8> {
    let mut bits = Bits(vec![0x78, 0x01], 0);
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    // The code of a literal zero is 00110000, of 258 bytes 11000101, of the distance 1 00000; from the first bit on.
    bits.push(0b0000_1100, 8);
    let mut left = count - 1;
    while left >= 258 {
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
        left -= 258;
    }
    for _ in 0..left {
        bits.push(0b0000_1100, 8);
    }
    bits.push(0, 7);
    let sum = u32::try_from(count % 65521).unwrap() << 16 | 1;
    let mut out = bits.0;
    out.extend_from_slice(&sum.to_be_bytes());
    out
}

/// Bytes that are filled from their lowest bit on, and how many bits of the last one are used.
struct Bits(Vec<u8>, u32);

impl Bits {
    fn push(&mut self, bits: u16, count: u32) {
        for at in 0..count {
            if self.1 == 0 {
                self.0.push(0);
            }
            let bit = u8::try_from(bits >> at & 1).unwrap();
            *self.0.last_mut().unwrap() |= bit << self.1;
            self.1 = (self.1 + 1) % 8;
        }
    }
}

/// A GIF of one pixel and so many frames, with a comment.
pub(super) fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\xff".to_vec();
    bytes.extend_from_slice(b"\x21\xfe\x0848.1374N\0");
    for _ in 0..frames {
        bytes.extend_from_slice(b"\x21\xf9\x04\0\x07\0\0\0");
        bytes.extend_from_slice(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0");
    }
    bytes.push(0x3b);
    bytes
}

/// A JPEG with a note that its left side is its top.
pub(super) fn turned(jpeg: &[u8]) -> Vec<u8> {
    let note = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = u16::try_from(note.len() + 2).unwrap().to_be_bytes();
    let segment = [&[0xff, 0xe1][..], &length, note].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}
