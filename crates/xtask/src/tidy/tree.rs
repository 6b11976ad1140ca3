//! The files of the repository as the rules see them: in memory, so that tests can make their own.

use super::rust::{self, Rust};
use crate::failure::Result;
use crate::repo;
use std::collections::BTreeSet;
use std::path::Path;

/// All files that git tracks or would track.
pub(super) struct Tree {
    files: Vec<File>,
    folders: BTreeSet<String>,
}

/// One file; `rust` is set for Rust sources.
pub(super) struct File {
    pub(super) path: String,
    /// Empty for a file that is not UTF-8.
    pub(super) text: String,
    pub(super) rust: Option<Rust>,
    /// Whether the file is compiled for tests only.
    pub(super) is_test: bool,
}

impl Tree {
    /// Reads the repository.
    pub(super) fn read() -> Result<Self> {
        let root = repo::root();
        let read = |path: String| {
            let text = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
            (path, text)
        };
        Ok(Self::new(repo::files()?.into_iter().map(read)))
    }

    /// A tree of these paths and texts.
    pub(super) fn new(files: impl Iterator<Item = (String, String)>) -> Self {
        let mut files: Vec<File> = files.map(|(path, text)| File::new(path, text)).collect();
        mark_test_files(&mut files);
        let folders = files
            .iter()
            .flat_map(|file| ancestors(&file.path))
            .map(str::to_owned)
            .collect();
        Self { files, folders }
    }

    /// A tree for a test.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self::new(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
        )
    }

    /// All files, by path.
    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    /// All Rust files with their scanned source.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    /// The file at this path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or folder stands at this path.
    pub(super) fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty() || self.folders.contains(path) || self.file(path).is_some()
    }
}

impl File {
    fn new(path: String, text: String) -> Self {
        let rust = has_extension(&path, "rs").then(|| rust::scan(&text));
        let is_test = path.contains("/tests/") || path.starts_with("tests/");
        Self {
            path,
            text,
            rust,
            is_test,
        }
    }

    /// Whether the file's name ends in this extension.
    pub(super) fn is(&self, extension: &str) -> bool {
        has_extension(&self.path, extension)
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}

/// The folders above a path: `a/b/c.rs` gives `a/b` and `a`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Marks the files behind `#[cfg(test)] mod name;`.
fn mark_test_files(files: &mut [File]) {
    let mut stems = Vec::new();
    for file in files.iter() {
        let Some(rust) = &file.rust else { continue };
        let folder = module_folder(&file.path);
        stems.extend(
            rust.test_modules
                .iter()
                .map(|name| format!("{folder}/{name}")),
        );
    }
    for file in files {
        let behind = |stem: &String| {
            file.path
                .strip_prefix(stem)
                .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        file.is_test |= stems.iter().any(behind);
    }
}

/// The folder that holds the child modules of a Rust file.
fn module_folder(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    ["/lib", "/main", "/mod"]
        .iter()
        .find_map(|root| stem.strip_suffix(root))
        .unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_test_modules_are_marked() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod checks;\nmod b;"),
            ("crates/a/src/checks.rs", ""),
            ("crates/a/src/b.rs", "#[cfg(test)] mod tests;"),
            ("crates/a/src/b/tests.rs", ""),
            ("crates/a/src/b/real.rs", ""),
            ("crates/a/tests/it/main.rs", ""),
        ]);
        let tests: Vec<_> = tree.files().iter().filter(|file| file.is_test).collect();
        let paths: Vec<_> = tests.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "crates/a/src/checks.rs",
                "crates/a/src/b/tests.rs",
                "crates/a/tests/it/main.rs"
            ]
        );
    }

    #[test]
    fn folders_exist_because_of_their_files() {
        let tree = Tree::of(&[("docs/guides/usage.md", "")]);
        for path in ["docs", "docs/", "docs/guides", "docs/guides/usage.md"] {
            assert!(tree.exists(path), "{path}");
        }
        assert!(!tree.exists("docs/guide"));
    }
}
