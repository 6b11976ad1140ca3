//! Which passwords are taken: long enough, and not among the first that anyone would try.

use crate::error::{Result, invalid};

/// Characters a password has at least, and at most (NIST SP 800-63B, 3.1.1).
pub const CHARS_MIN: usize = 8;
/// The most characters, so that hashing stays bounded.
pub const CHARS_MAX: usize = 256;

/// Passwords that lists of leaked ones begin with, folded as [`bare`] does.
const COMMON: &str = include_str!("password/guessed_first.txt");

/// Checks a new password; 422 names `field`. Every character is allowed and none is asked for.
///
/// Refused are passwords that everyone tries first: common ones, also with capitals and a few digits or
/// signs around them, one character over and over up to 16 times, plain runs such as `12345678`, and the
/// person's own address.
pub fn check(field: &str, password: &str, email: &str) -> Result<()> {
    let chars = password.chars().count();
    if !(CHARS_MIN..=CHARS_MAX).contains(&chars) {
        return Err(invalid(
            field,
            format!("must have {CHARS_MIN} to {CHARS_MAX} characters"),
            "Choose a longer or shorter one; several words are good",
        ));
    }
    if is_guessed(password, chars, email) {
        return Err(invalid(
            field,
            "is one of the first that anyone would guess",
            "Choose another one; several words that nobody else would put together are good",
        ));
    }
    Ok(())
}

fn is_guessed(password: &str, chars: usize, email: &str) -> bool {
    let folded = password.to_lowercase();
    let address = email.to_lowercase();
    let local = address.split('@').next().unwrap_or_default();
    let core = bare(&folded);
    let mut letters = folded.chars();
    let first = letters.next();
    let same = chars <= 16 && letters.all(|c| Some(c) == first);
    let common = |word: &str| COMMON.lines().any(|line| line == word);
    same || is_run(&folded)
        || folded == address
        || (local.len() >= 4 && core == bare(local))
        || common(&folded)
        || (core.len() >= 4 && common(core))
}

/// The word inside: without digits and signs around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphabetic())
}

/// Each character follows the one before, up or down: `abcdefgh`, `87654321`, `01234567890`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = |step: i64| {
        codes.windows(2).all(|pair| {
            let wraps = pair[0] == i64::from(b'9') && pair[1] == i64::from(b'0');
            pair[1] - pair[0] == step || (step == 1 && wraps)
        })
    };
    steps(1) || steps(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!(check("password", "日本語のパスワ!", "a@b.co").is_ok());
        for bad in ["", "short", "sevenxy", &"x y".repeat(86)] {
            assert_eq!(
                check("password", bad, "a@b.co").unwrap_err().fields()[0].location,
                "password"
            );
        }
        assert!(check("password", &"ab ".repeat(85), "a@b.co").is_ok());
    }

    #[test]
    fn what_everyone_tries_first_is_refused() {
        for bad in [
            "password",
            "Password1",
            "PASSWORD123!",
            "12345678",
            "123456789012",
            "87654321",
            "abcdefgh",
            "aaaaaaaa",
            "qwertyuiop",
            "Qwerty123",
            "iloveyou",
            "letmein1",
            "welcome2026",
            "ada.lovelace1",
            "Ada.Lovelace@example.com",
        ] {
            assert!(
                check("password", bad, "ada.lovelace@example.com").is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn nothing_has_to_be_in_it() {
        for good in [
            "correct horse battery staple",
            "kfjqpwmz",
            "83649172",
            "pass\0word of mine",
            &format!("{}b", "a".repeat(72)),
            "passwordless living",
        ] {
            assert!(check("password", good, "ada@example.com").is_ok(), "{good}");
        }
    }
}
