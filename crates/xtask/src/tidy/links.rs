//! Rule: every path and link in the documentation leads to something that exists.

use super::Finding;
use super::tree::{File, Tree};

/// Beginnings of what reads as a path of the repository when it stands in backticks.
const PLACES: &[&str] = &[
    ".ci/",
    "crates/",
    "docs/",
    "migrations/",
    "sdk/",
    "tests/",
    "web/",
];

/// One finding per dead path or link in a Markdown file.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files().iter();
    pages
        .filter(|file| file.is("md"))
        .flat_map(|file| dead(tree, file))
        .collect()
}

fn dead(tree: &Tree, page: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut in_fence = false;
    for (index, line) in page.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        let linked = links(line).filter_map(|link| Some((link, resolve(&page.path, link)?)));
        let quoted = quoted_paths(line).map(|path| (path, path.to_owned()));
        for (written, path) in linked.chain(quoted) {
            if !tree.exists(&path) {
                found.push(Finding::new(
                    &page.path,
                    index + 1,
                    format!("{written} does not exist"),
                    "correct the path, or take the sentence out if what it names is gone",
                ));
            }
        }
    }
    found
}

/// Targets of `[text](target)`, without title and fragment; none for addresses of the web.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ']).next()?;
        let target = target.trim_matches(['<', '>']).split('#').next()?;
        let elsewhere = target.is_empty()
            || target.starts_with('/')
            || target.contains("://")
            || target.starts_with("mailto:");
        (!elsewhere).then_some(target)
    })
}

/// Repository paths in backticks; patterns such as `docs/errors/<code>.md` are no paths.
fn quoted_paths(line: &str) -> impl Iterator<Item = &str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    line.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(move |quoted| {
            let path = quoted.split(':').next()?;
            let is_path = PLACES.iter().any(|place| path.starts_with(place));
            (is_path && path.chars().all(plain) && !path.contains("..")).then_some(path)
        })
}

/// The path, from the root, of a link in a page; none if it leads out of the repository.
fn resolve(page: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead_in(page: &str) -> Vec<String> {
        let tree = Tree::of(&[
            ("docs/guides/usage.md", page),
            ("docs/errors/not_found.md", ""),
            ("crates/domain/src/error.rs", ""),
        ]);
        let found = check(&tree).into_iter();
        found
            .map(|finding| format!("{} {}", finding.line, finding.what))
            .collect()
    }

    #[test]
    fn dead_links_and_paths_are_reported() {
        let found = dead_in("one\n[a](../errors/gone.md#x) and `crates/gone/src/lib.rs`");
        assert_eq!(
            found,
            [
                "2 ../errors/gone.md does not exist",
                "2 crates/gone/src/lib.rs does not exist"
            ]
        );
    }

    #[test]
    fn live_ones_patterns_fences_and_the_web_are_fine() {
        let page = "[a](../errors/not_found.md#top \"title\") [w](https://example.com) [f](#here)\n\
                    `crates/domain/src/error.rs:12` `docs/errors/` `docs/errors/<code>.md` `docs/*.md` `GET /api/x`\n\
                    ```\n[dead](nowhere.md) `crates/none`\n```\n";
        assert!(dead_in(page).is_empty(), "{:?}", dead_in(page));
    }
}
