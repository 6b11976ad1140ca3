//! Who imports whom: paths from one top-level module of a crate to another.

use super::rust::{identifier, line_of};
use super::tree::{File, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// One path from a module to another one of the same crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) path: String,
    pub(super) line: usize,
}

/// The imports between top-level modules of each crate (by its folder, such as `crates/server`), tests left out.
///
/// The crate root is no module: it declares all others, so what it names is no import.
pub(super) fn all(tree: &Tree) -> BTreeMap<String, Vec<Import>> {
    let mut crates: BTreeMap<String, Vec<(&File, Vec<&str>)>> = BTreeMap::new();
    for (file, _) in tree.rust().filter(|(file, _)| !file.is_test) {
        if let Some((name, module)) = split(&file.path) {
            crates
                .entry(name.to_owned())
                .or_default()
                .push((file, module));
        }
    }
    crates
        .into_iter()
        .map(|(name, files)| (name, of_crate(&files)))
        .collect()
}

fn of_crate(files: &[(&File, Vec<&str>)]) -> Vec<Import> {
    let known: BTreeSet<&str> = files
        .iter()
        .filter_map(|(_, module)| module.first().copied())
        .collect();
    let mut imports = Vec::new();
    for (file, module) in files {
        let (Some(from), Some(rust)) = (module.first(), &file.rust) else {
            continue;
        };
        for (offset, to) in paths(&rust.code, module.len()) {
            if to != *from && known.contains(to) {
                imports.push(Import {
                    from: (*from).to_owned(),
                    to: to.to_owned(),
                    path: file.path.clone(),
                    line: line_of(&rust.code, offset),
                });
            }
        }
    }
    imports
}

/// Crate folder and module path of a source file: `crates/a/src/b/c.rs` gives `crates/a` and `[b, c]`.
fn split(path: &str) -> Option<(&str, Vec<&str>)> {
    let (name, rest) = path.split_once("/src/")?;
    let mut module: Vec<&str> = rest.strip_suffix(".rs")?.split('/').collect();
    if module.first() == Some(&"bin") {
        return None;
    }
    if matches!(module.last(), Some(&("lib" | "main" | "mod"))) {
        module.pop();
    }
    Some((name, module))
}

/// Offsets and names of what a module at this depth names at the top of its crate.
fn paths(code: &str, depth: usize) -> Vec<(usize, &str)> {
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", up.as_str()] {
        for (offset, _) in code.match_indices(prefix) {
            let longer =
                code[..offset].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
            let rest = &code[offset + prefix.len()..];
            if !longer && !rest.starts_with("super::") {
                found.extend(heads(rest).into_iter().map(|name| (offset, name)));
            }
        }
    }
    found
}

/// The first names of a path: one for `a::b`, several for `{a::b, c::{d, e}}`.
fn heads(rest: &str) -> Vec<&str> {
    let Some(group) = rest.strip_prefix('{') else {
        return vec![identifier(rest)];
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut expects_name = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects_name = true,
            c if expects_name && !c.is_whitespace() => {
                names.push(identifier(&group[at..]));
                expects_name = false;
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        let mut edges: Vec<String> = all(&Tree::of(files))
            .into_values()
            .flatten()
            .map(|import| format!("{}->{}:{}", import.from, import.to, import.line))
            .collect();
        edges.sort();
        edges
    }

    #[test]
    fn plain_grouped_and_relative_paths_are_seen() {
        let found = edges(&[
            ("crates/x/src/lib.rs", "mod a; mod b; mod c; use crate::a;"),
            (
                "crates/x/src/a.rs",
                "use crate::{\n  b::{Q, c as d},\n  c,\n};",
            ),
            ("crates/x/src/b.rs", "fn f() {\n  crate::c::g() }"),
            ("crates/x/src/c.rs", "use super::a::Z;"),
            (
                "crates/x/src/c/deep.rs",
                "use super::super::b; use super::a;",
            ),
        ]);
        assert_eq!(found, ["a->b:1", "a->c:1", "b->c:2", "c->a:1", "c->b:1"]);
    }

    #[test]
    fn comments_strings_tests_and_other_crates_are_not() {
        let found = edges(&[
            (
                "crates/x/src/a.rs",
                "// crate::b\nconst S: &str = \"crate::b\";\n#[cfg(test)]\nmod tests { use crate::b; }",
            ),
            ("crates/x/src/b.rs", "use other_crate::a; use crate::Root;"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
