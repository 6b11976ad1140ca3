//! Rule: every error code has its page, and every page its code.

use super::Finding;
use super::rust::line_of;
use super::tree::Tree;
use std::collections::BTreeMap;

const TABLE: &str = "crates/domain/src/error.rs";
const PAGES: &str = "docs/errors/";

/// Findings for codes without a page and pages without a code.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let codes = codes(tree);
    let mut found: Vec<Finding> = codes
        .iter()
        .filter(|(code, _)| !tree.exists(&format!("{PAGES}{code}.md")))
        .map(|(code, line)| {
            Finding::new(
                TABLE,
                *line,
                format!("the error code {code} has no page"),
                format!("write {PAGES}{code}.md: what it means, why it comes, what to do"),
            )
        })
        .collect();
    for file in tree.files() {
        let page = file.path.strip_prefix(PAGES);
        let Some(code) = page.and_then(|page| page.strip_suffix(".md")) else {
            continue;
        };
        if code != "README" && !codes.contains_key(code) {
            found.push(Finding::new(
                &file.path,
                1,
                "no error code has this name",
                format!("remove the page, or add the code to {TABLE}"),
            ));
        }
    }
    found
}

/// Line by code: what stands as `Name = "code",` in the table.
fn codes(tree: &Tree) -> BTreeMap<String, usize> {
    const BEFORE: &str = "= \"";
    let Some(rust) = tree.file(TABLE).and_then(|file| file.rust.as_ref()) else {
        return BTreeMap::new();
    };
    let text = &rust.with_strings;
    text.match_indices(BEFORE)
        // The same characters inside of a string are no table.
        .filter(|&(offset, _)| rust.code.as_bytes().get(offset) == Some(&b'='))
        .filter_map(|(offset, _)| {
            let (code, after) = text[offset + BEFORE.len()..].split_once('"')?;
            let is_row = is_code(code) && after.starts_with(',');
            is_row.then(|| (code.to_owned(), line_of(text, offset)))
        })
        .collect()
}

fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: &str = "codes! {\n  NotFound = \"not_found\", 404, \"Not found\", \"Send a = \\\"b\\\", c\";\n\
         Internal = \"internal\", 500, \"Oh\", \"x\"; }\nfn f() { let a = \"field\"; g(\"other\"); }";

    #[test]
    fn codes_without_page_and_pages_without_code_are_reported() {
        let found = check(&Tree::of(&[
            (TABLE, CODES),
            ("docs/errors/internal.md", ""),
            ("docs/errors/gone.md", ""),
        ]));
        let places: Vec<_> = found
            .iter()
            .map(|finding| (finding.path.as_str(), finding.line))
            .collect();
        assert_eq!(places, [(TABLE, 2), ("docs/errors/gone.md", 1)]);
    }

    #[test]
    fn pages_for_all_codes_are_fine() {
        let tree = Tree::of(&[
            (TABLE, CODES),
            ("docs/errors/internal.md", ""),
            ("docs/errors/not_found.md", ""),
            ("docs/errors/README.md", ""),
        ]);
        assert!(check(&tree).is_empty());
    }
}
