//! Rule: no file, folder or module has a name that says nothing.

use super::Finding;
use super::rust::{identifier, line_of};
use super::tree::Tree;

const EMPTY_NAMES: &[&str] = &["common", "helpers", "misc", "util", "utils"];

const FIX: &str = "name it after what it holds, or move each piece to the one place that uses it";

/// One finding per file, folder or inline module with such a name.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files() {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or_default();
            if EMPTY_NAMES.contains(&stem) {
                found.push(Finding::new(
                    &file.path,
                    1,
                    format!("the name {stem} says nothing"),
                    FIX,
                ));
            }
        }
    }
    for (file, rust) in tree.rust() {
        let code = &rust.with_tests;
        for (offset, word) in code.match_indices("mod ") {
            let starts_word = !code[..offset].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let name = identifier(code[offset + word.len()..].trim_start());
            if starts_word && EMPTY_NAMES.contains(&name) {
                let line = line_of(code, offset);
                let what = format!("the module name {name} says nothing");
                found.push(Finding::new(&file.path, line, what, FIX));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_reported() {
        let found = check(&Tree::of(&[
            ("crates/x/src/utils.rs", ""),
            ("web/src/common/a.ts", ""),
            ("crates/x/src/lib.rs", "\npub(crate) mod helpers { }"),
        ]));
        let places: Vec<_> = found
            .iter()
            .map(|finding| (finding.path.as_str(), finding.line))
            .collect();
        assert_eq!(
            places,
            [
                ("crates/x/src/utils.rs", 1),
                ("web/src/common/a.ts", 1),
                ("crates/x/src/lib.rs", 2)
            ]
        );
    }

    #[test]
    fn names_that_only_contain_them_are_fine() {
        let tree = Tree::of(&[
            ("crates/x/src/utility.rs", "// mod util\nmod common_names;"),
            ("docs/commons.md", ""),
        ]);
        assert!(check(&tree).is_empty());
    }
}
