//! GIF: every frame is taken out and put into a new file as it is, with its colours and its time. Comments and the
//! notes of programs stay behind.

use dream_domain::image::Head;
use gif::{ColorOutput, DecodeOptions, Encoder, MemoryLimit};

use super::Picture;

/// None if it is damaged.
pub(super) fn redraw(bytes: &[u8], head: Head) -> Option<Picture> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.check_frame_consistency(true);
    // One byte a pixel, and some for the tables.
    let most = u64::from(head.width) * u64::from(head.height) + (1 << 20);
    options.set_memory_limit(MemoryLimit::Bytes(most.try_into().ok()?));
    let mut decoder = options.read_info(bytes).ok()?;
    let mut frame = decoder.read_next_frame().ok()?.cloned();
    let size = (decoder.width(), decoder.height());
    if (u32::from(size.0), u32::from(size.1)) != (head.width, head.height) {
        return None;
    }
    let colours = decoder.global_palette().unwrap_or_default().to_vec();
    let mut out = Vec::with_capacity(bytes.len());
    let mut encoder = Encoder::new(&mut out, size.0, size.1, &colours).ok()?;
    // How often it plays stands before the first frame.
    encoder.set_repeat(decoder.repeat()).ok()?;
    frame.as_ref()?;
    while let Some(mut drawn) = frame {
        // The rows came in their order, whatever it was in the file.
        drawn.interlaced = false;
        encoder.write_frame(&drawn).ok()?;
        frame = decoder.read_next_frame().ok()?.cloned();
    }
    drop(encoder);
    Some(Picture {
        format: head.format,
        width: head.width,
        height: head.height,
        bytes: out,
    })
}
