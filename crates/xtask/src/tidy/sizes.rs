//! Rule: a Rust file fits in a head.

use super::Finding;
use super::tree::Tree;

const LINES_MAX: usize = 400;

/// One finding per Rust file that is too long.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .map(|(file, _)| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(file, lines)| {
            Finding::new(
                &file.path,
                LINES_MAX + 1,
                format!("{lines} lines, of {LINES_MAX} allowed"),
                "split the file where its parts have different reasons to change",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_reported_and_one_at_the_limit_is_not() {
        let long = "\n".repeat(LINES_MAX + 1);
        let full = "\n".repeat(LINES_MAX);
        let tree = Tree::of(&[
            ("crates/x/src/long.rs", &long),
            ("crates/x/src/full.rs", &full),
            ("docs/long.md", &long),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "crates/x/src/long.rs");
    }
}
