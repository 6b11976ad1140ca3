//! Text that is searched for with `like`.

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
