//! Checks of text that people write: how long it is, and which characters never belong in it.

use crate::error::{Result, invalid};

/// One line of text of at most `max_chars` characters, as it was typed; 422 names the field.
///
/// Refused are NUL, control characters and line breaks, because such text ends up in headers, mails
/// and logs. Everything else is kept byte for byte, right-to-left marks and joiners included.
pub fn line(field: &str, value: &str, max_chars: usize) -> Result<String> {
    within(field, value, max_chars)?;
    if value.chars().any(breaks_line) {
        return Err(invalid(
            field,
            "contains a line break or another control character",
            format!("Send {field} as one line of plain text"),
        ));
    }
    Ok(value.to_owned())
}

/// Text of several lines: like [`line()`], but line breaks and tabs are kept.
pub fn block(field: &str, value: &str, max_chars: usize) -> Result<String> {
    within(field, value, max_chars)?;
    if value
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(invalid(
            field,
            "contains a control character",
            format!("Send {field} as plain text"),
        ));
    }
    Ok(value.to_owned())
}

/// One line that shows something: like [`line()`], but neither empty nor only spaces.
pub fn required_line(field: &str, value: &str, max_chars: usize) -> Result<String> {
    if !value.chars().any(is_seen) {
        return Err(invalid(
            field,
            "is empty",
            format!("Send {field} with 1 to {max_chars} characters"),
        ));
    }
    line(field, value, max_chars)
}

/// An identifier of 1 to `max_chars` characters that can all be seen (rules 1).
///
/// Spaces may stand inside but not at the ends, where HTTP headers lose them; so may joiners and variation
/// selectors, which some scripts and emoji need. Other characters that show nothing are refused: they
/// would make two ids look the same.
pub fn visible(field: &str, value: &str, max_chars: usize) -> Result<String> {
    within(field, value, max_chars)?;
    let starts = value.chars().next().is_some_and(is_seen);
    let last = value.chars().next_back();
    let ends = last.is_some_and(|c| is_seen(c) || is_variation(c));
    let inner =
        |c: char| is_seen(c) || is_variation(c) || matches!(c, ' ' | '\u{200c}' | '\u{200d}');
    if starts && ends && value.chars().all(inner) {
        return Ok(value.to_owned());
    }
    Err(invalid(
        field,
        "is empty or contains characters that cannot be seen",
        format!("Send {field} with 1 to {max_chars} visible characters"),
    ))
}

fn within(field: &str, value: &str, max_chars: usize) -> Result<()> {
    if value.chars().nth(max_chars).is_none() {
        return Ok(());
    }
    Err(invalid(
        field,
        format!("is longer than {max_chars} characters"),
        format!("Shorten {field} to {max_chars} characters"),
    ))
}

fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a character leaves a mark on the screen.
fn is_seen(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !is_variation(c) && !is_invisible(c)
}

/// Chooses between forms of the character before it.
fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

/// Unicode's ignorable and formatting characters, fillers, blanks and noncharacters.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    ) || u32::from(c) & 0xfffe == 0xfffe
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_kept_as_typed() {
        for text in [
            "",
            " Ann ",
            "Ünï\u{202e}code",
            "👩‍👩‍👧",
            "a\u{200b}b",
            "it's; drop table",
        ] {
            assert_eq!(line("name", text, 100).unwrap(), text);
        }
    }

    #[test]
    fn control_characters_are_refused_by_name_of_the_field() {
        for text in ["a\0b", "a\r\nb", "a\tb", "\u{7f}", "\u{85}", "a\u{2028}b"] {
            let error = line("firstName", text, 100).unwrap_err();
            assert_eq!(error.code().status(), 422, "{text:?}");
            assert_eq!(error.fields()[0].location, "firstName");
            assert!(error.detail().contains("firstName"));
        }
        assert_eq!(block("note", "a\r\n\tb", 10).unwrap(), "a\r\n\tb");
        assert!(block("note", "a\0", 10).is_err());
        assert!(block("note", "12345678901", 10).is_err());
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(line("name", "ééé", 3).is_ok());
        assert!(line("name", "éééé", 3).is_err());
        assert!(line("name", "", 0).is_ok());
    }

    #[test]
    fn required_line_needs_something_to_see() {
        assert_eq!(required_line("name", " a b ", 10).unwrap(), " a b ");
        for text in ["", " ", "\u{a0}", "\u{200b}", "\u{3164}", "a\n"] {
            assert!(required_line("name", text, 10).is_err(), "{text:?}");
        }
    }

    #[test]
    fn visible_takes_any_script() {
        for text in [
            "a",
            "customer 42",
            "josé@example.com",
            "用户-1",
            "auth0|5f7c8ec7c33c6c004bbafe82",
            "👩‍👩‍👧",
            "I ❤\u{fe0f}",
            "می\u{200c}خواهم",
            "%00",
            "a/b?c#d",
        ] {
            assert_eq!(visible("externalId", text, 255).unwrap(), text);
        }
    }

    #[test]
    fn visible_refuses_what_cannot_be_seen() {
        for text in [
            "",
            " ",
            " a",
            "a ",
            "a\0",
            "a\nb",
            "a\tb",
            "a\u{a0}b",
            "\u{200b}",
            "a\u{200b}b",
            "a\u{202e}b",
            "a\u{feff}",
            "\u{200d}a",
            "a\u{ad}b",
            "\u{fffe}",
            "\u{fe0f}",
            "\u{2028}",
            "\u{e0041}",
        ] {
            assert!(visible("externalId", text, 255).is_err(), "{text:?}");
        }
        assert!(visible("externalId", &"x".repeat(255), 255).is_ok());
        assert!(visible("externalId", &"x".repeat(256), 255).is_err());
    }
}
