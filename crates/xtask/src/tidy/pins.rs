//! Rule: a migration that was pinned never changes, and every migration is pinned.

use super::Finding;
use super::tree::{File, Tree};
use crate::failure::{Explain, Result};
use crate::repo;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

const PINS: &str = "migrations/PINS";

/// Findings for migrations that are unpinned, changed or gone.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let pins = pins(tree);
    let mut found = Vec::new();
    for file in migrations(tree) {
        match pins.get(name(file)) {
            None => found.push(Finding::new(
                &file.path,
                1,
                "this migration is not pinned",
                "run `cargo xtask tidy --pin` once the text is final",
            )),
            Some((_, hash)) if *hash != sha256(&file.text) => found.push(Finding::new(
                &file.path,
                1,
                "this migration was changed after it was pinned",
                "put its text back and write the change as a new migration",
            )),
            Some(_) => {}
        }
    }
    let gone = pins
        .iter()
        .filter(|(name, _)| !tree.exists(&format!("migrations/{name}")));
    found.extend(gone.map(|(name, (line, _))| {
        Finding::new(
            PINS,
            *line,
            format!("the pinned migration {name} is gone"),
            "bring the file back: databases exist that have run it",
        )
    }));
    found
}

/// Appends a pin for every migration that has none; returns their names.
pub(super) fn append(tree: &Tree) -> Result<Vec<String>> {
    let (text, added) = appended(tree);
    if !added.is_empty() {
        std::fs::write(repo::root().join(PINS), text).explain("migrations/PINS")?;
    }
    Ok(added)
}

fn appended(tree: &Tree) -> (String, Vec<String>) {
    let pins = pins(tree);
    let mut text = tree
        .file(PINS)
        .map_or(String::new(), |file| file.text.clone());
    let mut added = Vec::new();
    for file in migrations(tree).filter(|file| !pins.contains_key(name(file))) {
        text += &[&sha256(&file.text), " ", name(file), "\n"].concat();
        added.push(name(file).to_owned());
    }
    (text, added)
}

/// Line and hash by file name.
fn pins(tree: &Tree) -> BTreeMap<String, (usize, String)> {
    let text = tree.file(PINS).map_or("", |file| file.text.as_str());
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let (hash, name) = line.split_once(' ')?;
            Some((name.trim().to_owned(), (index + 1, hash.to_owned())))
        })
        .collect()
}

fn migrations(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files()
        .iter()
        .filter(|file| file.path.starts_with("migrations/") && file.is("sql"))
}

fn name(file: &File) -> &str {
    file.path.trim_start_matches("migrations/")
}

fn sha256(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "create table a (b text);\n";

    fn tree(text: &str, pins: &str) -> Tree {
        Tree::of(&[("migrations/0001_first.sql", text), (PINS, pins)])
    }

    #[test]
    fn a_pinned_migration_is_fine_and_stays_pinned() {
        let (pins, added) = appended(&tree(TEXT, ""));
        assert_eq!(added, ["0001_first.sql"]);
        assert!(check(&tree(TEXT, &pins)).is_empty());
        assert_eq!(appended(&tree("changed", &pins)), (pins, Vec::new()));
    }

    #[test]
    fn unpinned_changed_and_missing_migrations_are_reported() {
        assert!(check(&tree(TEXT, ""))[0].what.contains("not pinned"));
        let (pins, _) = appended(&tree(TEXT, ""));
        assert!(check(&tree("changed", &pins))[0].what.contains("changed"));
        let gone = check(&Tree::of(&[(PINS, pins.as_str())]));
        assert!(gone[0].what.contains("is gone"), "{gone:?}");
    }

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(
            sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
