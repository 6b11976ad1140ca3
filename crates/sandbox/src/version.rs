//! The API version: taken from `Stripe-Version`, echoed, and otherwise without effect.

/// The version of a call that names none.
pub(crate) const DEFAULT: &str = "2026-07-29.dahlia";

/// Whether a text has the form of a version, `2020-08-27` or `2026-07-29.dahlia`.
pub(crate) fn is_well_formed(text: &str) -> bool {
    let (date, name) = text.split_once('.').unwrap_or((text, "a"));
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = date.split('-').collect();
    let dated = matches!(parts[..], [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2));
    dated && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
}
