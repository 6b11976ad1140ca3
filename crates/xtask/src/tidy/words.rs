//! Rule: nothing is put off, silenced or tied to one machine.

use super::Finding;
use super::rust::line_of;
use super::tree::{File, Tree};

/// The files that must name the words in order to find them.
const LOOKS_FOR_THEM: &str = "crates/xtask/src/tidy/words.rs";

const PUT_OFF: &[&str] = &["TODO", "FIXME", "XXX", "todo!", "unimplemented!"];
const SILENCED: &[&str] = &["#[allow(", "#![allow("];
const MACHINE: &[&str] = &["/work/", "/root/"];

/// One finding per such word.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .iter()
        .filter(|file| file.path != LOOKS_FOR_THEM && !file.path.ends_with("lock.json"))
        .flat_map(|file| [put_off(file), silenced(file), machine(file)])
        .flatten()
        .collect()
}

fn put_off(file: &File) -> Vec<Finding> {
    let is_prose = file.is("md");
    places(&file.text, PUT_OFF)
        .filter(|&(offset, word)| stands_alone(&file.text, offset, word))
        .filter(|&(offset, _)| !(is_prose && in_backticks(&file.text, offset)))
        .map(|(offset, word)| {
            Finding::new(
                &file.path,
                line_of(&file.text, offset),
                format!("{word} puts work off"),
                "do it now, or write it down as an issue and take the word out",
            )
        })
        .collect()
}

fn silenced(file: &File) -> Vec<Finding> {
    let code = file.rust.as_ref().map_or("", |rust| &rust.with_tests);
    places(code, SILENCED)
        .map(|(offset, word)| {
            Finding::new(
                &file.path,
                line_of(code, offset),
                format!("{word}…)] silences a lint for good"),
                "use #[expect(lint, reason = \"…\")], which fails once it is no longer needed",
            )
        })
        .collect()
}

fn machine(file: &File) -> Vec<Finding> {
    let starts_path = |offset: usize| {
        let before = file.text[..offset].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=:,<[".contains(c))
    };
    places(&file.text, MACHINE)
        .filter(|&(offset, _)| starts_path(offset))
        .map(|(offset, word)| {
            Finding::new(
                &file.path,
                line_of(&file.text, offset),
                format!("{word} is a path of one machine"),
                "write the path relative to the repository, or make it a setting",
            )
        })
        .collect()
}

fn places<'a>(text: &'a str, words: &'a [&str]) -> impl Iterator<Item = (usize, &'a str)> {
    words.iter().flat_map(|word| text.match_indices(word))
}

fn stands_alone(text: &str, offset: usize, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    !text[..offset].ends_with(in_word) && !text[offset + word.len()..].starts_with(in_word)
}

fn in_backticks(text: &str, offset: usize) -> bool {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    text[start..offset].matches('`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let found = check(&Tree::of(&[(path, text)]));
        found.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn words_that_put_off_silence_or_name_a_machine_are_reported() {
        assert_eq!(lines("a.rs", "// TODO: later\nfn f() { todo!() }"), [1, 2]);
        assert_eq!(lines("a.ts", "x // FIXME"), [1]);
        assert_eq!(lines("a.rs", "\n#[allow(dead_code)]\nfn f() {}"), [2]);
        assert_eq!(lines("a.md", "see /work/main or `/root/x`"), [1, 1]);
    }

    #[test]
    fn other_uses_of_the_letters_are_fine() {
        assert!(lines("a.rs", "// #[allow(x)] is not used\nlet s = \"#[allow(\";").is_empty());
        assert!(lines("Cargo.toml", "todo = \"deny\"").is_empty());
        assert!(lines("a.md", "No `TODO` here; docs/work/a, XXXL").is_empty());
        assert!(lines("package-lock.json", "\"sha512-TODO/\"").is_empty());
    }
}
