//! A small scanner of Rust sources: tells code from comments, strings and tests.
//!
//! It knows the lexical rules (nested comments, raw strings, lifetimes) and nothing of the grammar.

/// A scanned source. Both texts have the length and the lines of the source; what they leave out is spaces.
pub(super) struct Rust {
    /// Code only: without comments, strings and items under `#[cfg(test)]`.
    pub(super) code: String,
    /// Code and strings: without comments and items under `#[cfg(test)]`.
    pub(super) with_strings: String,
    /// Code only, tests included.
    pub(super) with_tests: String,
    /// Names of modules declared as `#[cfg(test)] mod name;`.
    pub(super) test_modules: Vec<String>,
}

/// Scans a source.
pub(super) fn scan(source: &str) -> Rust {
    let mut with_tests = source.as_bytes().to_vec();
    let mut with_strings = with_tests.clone();
    for Piece { start, end, kind } in pieces(source.as_bytes()) {
        blank(&mut with_tests[start..end]);
        if kind == Kind::Comment {
            blank(&mut with_strings[start..end]);
        }
    }
    let with_tests = text(with_tests);
    let mut code = with_tests.clone().into_bytes();
    let mut test_modules = Vec::new();
    for (start, end) in test_items(&with_tests) {
        test_modules.extend(declared_module(&with_tests[start..end]));
        blank(&mut code[start..end]);
        blank(&mut with_strings[start..end]);
    }
    Rust {
        code: text(code),
        with_strings: text(with_strings),
        with_tests,
        test_modules,
    }
}

/// The line (from 1) of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// The identifier at the beginning of a text, perhaps empty.
pub(super) fn identifier(text: &str) -> &str {
    let text = text.strip_prefix("r#").unwrap_or(text);
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

#[derive(PartialEq, Eq)]
enum Kind {
    Comment,
    Literal,
}

/// A comment, or a string or character literal.
struct Piece {
    start: usize,
    end: usize,
    kind: Kind,
}

fn pieces(source: &[u8]) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let Some((length, kind)) = piece(source, at) else {
            at += 1;
            continue;
        };
        let end = (at + length).min(source.len());
        found.push(Piece {
            start: at,
            end,
            kind,
        });
        at = end;
    }
    found
}

/// Length and kind of the comment or literal that begins at `at`.
fn piece(source: &[u8], at: usize) -> Option<(usize, Kind)> {
    let rest = &source[at..];
    match rest {
        [b'/', b'/', ..] => Some((until(rest, b'\n'), Kind::Comment)),
        [b'/', b'*', ..] => Some((block_comment(rest), Kind::Comment)),
        [b'"', ..] => Some((quoted(rest, b'"'), Kind::Literal)),
        [b'\'', ..] => character(rest).map(|length| (length, Kind::Literal)),
        [b'r', ..] if !in_word(source, at) => raw_string(rest).map(|n| (n, Kind::Literal)),
        _ => None,
    }
}

/// Whether the byte at `at` continues a word; the `b` and `c` of `br"…"` and `cr"…"` do not count.
fn in_word(source: &[u8], at: usize) -> bool {
    let word = |at: usize| source[at].is_ascii_alphanumeric() || source[at] == b'_';
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let prefix = matches!(source[before], b'b' | b'c') && !(before > 0 && word(before - 1));
    word(before) && !prefix
}

fn until(text: &[u8], byte: u8) -> usize {
    text.iter()
        .position(|&found| found == byte)
        .unwrap_or(text.len())
}

fn block_comment(text: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at + 1 < text.len() {
        match &text[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Length of a literal that ends at `quote`, where a backslash escapes.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of a character literal; none for a lifetime.
fn character(text: &[u8]) -> Option<usize> {
    if text.get(1) == Some(&b'\\') {
        return Some(quoted(text, b'\''));
    }
    // One character of up to four bytes, then the closing quote.
    let close = text
        .iter()
        .skip(2)
        .take(4)
        .position(|&byte| byte == b'\'')?;
    let inner = std::str::from_utf8(&text[1..close + 2]).ok()?;
    (inner.chars().count() == 1).then_some(close + 3)
}

/// Length of `r"…"` or `r#"…"#`; none for a raw identifier.
fn raw_string(text: &[u8]) -> Option<usize> {
    let hashes = text[1..].iter().take_while(|&&byte| byte == b'#').count();
    let open = 1 + hashes;
    if text.get(open) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"')
        .chain(std::iter::repeat_n(b'#', hashes))
        .collect();
    let body = &text[open + 1..];
    let end = body
        .windows(close.len())
        .position(|window| window == close)
        .map_or(text.len(), |end| open + 1 + end + close.len());
    Some(end)
}

/// Ranges of items under `#[cfg(test)]`, attribute included.
fn test_items(code: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (start, attribute) in code.match_indices("#[cfg(test)]") {
        if found.last().is_some_and(|&(_, end)| start < end) {
            continue;
        }
        let end = item_end(code, start + attribute.len());
        found.push((start, end));
    }
    found
}

/// Where an item ends: at its first `;` outside of brackets, or at the brace that closes its body.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(byte, b';' | b'}') {
            return at + 1;
        }
    }
    code.len()
}

/// The name in `mod name;`.
fn declared_module(item: &str) -> Option<String> {
    let before = item.trim_end().strip_suffix(';')?;
    let mut words = before.split_whitespace().rev();
    let name = words.next()?;
    (words.next()? == "mod").then(|| name.to_owned())
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_no_code() {
        let source = "let a = \"one // two\"; // three\n/* four /* five */ six */ let b = 'x';";
        let scanned = scan(source);
        assert_eq!(scanned.code.len(), source.len());
        for word in ["one", "two", "three", "four", "five", "six", "'x'"] {
            assert!(!scanned.code.contains(word), "{word}");
        }
        assert!(scanned.code.contains("let b"));
        assert!(scanned.with_strings.contains("one // two"));
        assert!(!scanned.with_strings.contains("three"));
    }

    #[test]
    fn raw_strings_escapes_and_lifetimes_are_understood() {
        let source =
            r##"fn f<'a>(x: &'a str) { g(r#"say "hi" \"#, "a\"b", br"c", '\'', 'é', for_r); }"##;
        let code = scan(source).code;
        assert!(code.contains("fn f<'a>(x: &'a str)"), "{code}");
        assert!(code.contains("for_r); }"), "{code}");
        for word in ["hi", "a\\", "'é'"] {
            assert!(!code.contains(word), "{word} in {code}");
        }
    }

    #[test]
    fn test_items_are_left_out() {
        let source = "mod a;\n#[cfg(test)]\nmod tests {\n  fn x() { y(\"}\") }\n}\n#[cfg(test)]\n\
                      mod checks;\n#[cfg(test)]\nuse z::{Q, R};\nfn real() {}\n";
        let scanned = scan(source);
        assert_eq!(scanned.test_modules, ["checks"]);
        for word in ["tests", "fn x", "checks", "use z"] {
            assert!(!scanned.code.contains(word), "{word}");
        }
        assert!(scanned.code.contains("fn real() {}"));
        assert!(scanned.with_tests.contains("fn x()"));
    }

    #[test]
    fn lines_are_counted_from_one() {
        assert_eq!(line_of("a\nb\nc", 0), 1);
        assert_eq!(line_of("a\nb\nc", 4), 3);
    }
}
