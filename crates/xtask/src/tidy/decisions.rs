//! Rule: decisions are numbered `NNNN-name.md`, each number once.

use super::Finding;
use super::tree::Tree;
use std::collections::BTreeMap;

const FOLDER: &str = "docs/decisions/";

/// Findings for badly named files and numbers given twice.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for file in tree.files() {
        let Some(name) = file.path.strip_prefix(FOLDER) else {
            continue;
        };
        if name == "README.md" {
            continue;
        }
        let Some(number) = number(name) else {
            found.push(Finding::new(
                &file.path,
                1,
                "a decision is not named NNNN-name.md",
                "give it the next free number of four digits",
            ));
            continue;
        };
        if let Some(other) = first.insert(number, &file.path) {
            found.push(Finding::new(
                &file.path,
                1,
                format!("{other} has the number {number} too"),
                "give the later of both the next free number",
            ));
        }
    }
    found
}

fn number(name: &str) -> Option<&str> {
    let (number, rest) = name.strip_suffix(".md")?.split_once('-')?;
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !rest.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unnumbered_and_twice_numbered_decisions_are_reported() {
        let found = check(&Tree::of(&[
            ("docs/decisions/0001-one-text.md", ""),
            ("docs/decisions/0001-other.md", ""),
            ("docs/decisions/2-short.md", ""),
        ]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].what.contains("0001-one-text.md"), "{found:?}");
    }

    #[test]
    fn numbered_decisions_are_fine() {
        let tree = Tree::of(&[
            ("docs/decisions/0001-one-text.md", ""),
            ("docs/decisions/0002-scope.md", ""),
            ("docs/decisions/README.md", ""),
        ]);
        assert!(check(&tree).is_empty());
    }
}
