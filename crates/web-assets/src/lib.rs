//! The built web pages, inside of the binary.

/// A file of the pages.
pub struct Asset {
    /// What it holds.
    pub bytes: &'static [u8],
    /// Its media type.
    pub content_type: &'static str,
}

/// The document of every page.
pub fn index() -> &'static str {
    "<!doctype html><html lang=\"en\"><head><title>dream-api</title><!--context--></head><body></body></html>"
}

/// A file by its name.
pub fn asset(_: &str) -> Option<Asset> {
    None
}
