//! Text that is searched for with `like`, and where lists of ids begin.

/// Comes after every id, whatever the collation of the database: ids begin with a letter before z, and in most
/// languages `~` comes before digits and letters.
pub(crate) const AFTER_IDS: &str = "zz";

/// Text that is searched for anywhere, with the wildcards of `like` taken literally.
pub(crate) fn like(text: &str) -> String {
    format!("%{}", begins(text))
}

/// Text that something begins with, with the wildcards of `like` taken literally.
pub(crate) fn begins(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
