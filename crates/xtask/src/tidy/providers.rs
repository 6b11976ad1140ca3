//! Rule: the names of outside providers appear in code only where the provider is dealt with.

use super::Finding;
use super::rust::line_of;
use super::tree::{File, Tree};

const NAMES: &[&str] = &["stripe", "clerk"];

/// Where a provider may be named: beginnings of paths, each with its reason.
const ALLOWED: &[(&str, &str)] = &[
    ("crates/providers/", "the clients themselves"),
    ("crates/sandbox/", "stands in for the provider"),
    ("crates/server/src/payments", "the one door to payments"),
    ("crates/server/src/identity", "the one door to identities"),
    (
        "crates/dream-api/src/config",
        "settings carry the provider's name",
    ),
    (
        "crates/dream-api/src/settings",
        "settings carry the provider's name",
    ),
    ("crates/domain/src/error.rs", "error codes are wire"),
    ("crates/xtask/src/tidy/", "looks for the names"),
    (
        "crates/xtask/src/instance.rs",
        "names the variables of settings",
    ),
];

/// Words of the wire that contain a name and may stand anywhere, each with its reason.
const WIRE: &[(&str, &str)] = &[
    ("x-clerk-token", "header of the published client"),
    (
        "__clerk_jwt",
        "query parameter that the published client reads",
    ),
    ("+clerk_test", "test addresses that developers know"),
    ("/webhook/stripe", "path of an inbound webhook"),
    ("stripe-signature", "header of an inbound webhook"),
    ("/webhook/clerk", "path of an inbound webhook"),
    ("stripeaccountid", "member of the first dashboard"),
    ("stripecustomerid", "member of the first dashboard"),
];

/// One finding per line of code that names a provider outside of the allowed places.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|(file, _)| !file.is_test && !is_allowed(file))
        .flat_map(|(file, rust)| named(&file.path, &rust.with_strings))
        .collect()
}

fn is_allowed(file: &File) -> bool {
    ALLOWED
        .iter()
        .any(|(place, _)| file.path.starts_with(place))
}

fn named(path: &str, text: &str) -> Vec<Finding> {
    let mut text = text.to_ascii_lowercase();
    for (word, _) in WIRE {
        text = text.replace(word, &" ".repeat(word.len()));
    }
    let mut lines: Vec<(usize, &str)> = NAMES
        .iter()
        .flat_map(|name| text.match_indices(name))
        .map(|(offset, name)| (line_of(&text, offset), name))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
        .into_iter()
        .map(|(line, name)| {
            Finding::new(
                path,
                line,
                format!("the provider {name} is named here"),
                "go through server/payments or server/identity; a word of the wire belongs, \
                 with its reason, in WIRE of crates/xtask/src/tidy/providers.rs",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_outside_of_its_place_is_reported() {
        let found = check(&Tree::of(&[(
            "crates/server/src/usage.rs",
            "fn a() {}\nfn stripe_id() { \"Clerk\" }",
        )]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|finding| finding.line == 2));
    }

    #[test]
    fn allowed_places_comments_tests_and_wire_words_are_fine() {
        let tree = Tree::of(&[
            ("crates/server/src/payments.rs", "use stripe;"),
            ("crates/server/src/payments/portal.rs", "use stripe;"),
            (
                "crates/server/src/http/caller.rs",
                "// as Clerk does\nconst TOKEN: &str = \"X-Clerk-Token\";\n#[cfg(test)] mod t { use clerk; }",
            ),
            (
                "crates/dream-api/tests/it/sdk.rs",
                "const C: &str = \"stripe\";",
            ),
        ]);
        assert!(check(&tree).is_empty());
    }
}
