//! Rule: in the server, nouns do not import nouns, and `http` imports no noun.

use super::Finding;
use super::imports;
use super::tree::Tree;

const SERVER: &str = "crates/server";

/// Top-level modules of the server that are no nouns. Every other one is.
const INFRASTRUCTURE: &[&str] = &[
    "admin",
    "app",
    "cache",
    "caller",
    "catalog",
    "clock",
    "config",
    "connection",
    "cookies",
    "credentials",
    "demo",
    "dev",
    "dev_mail",
    "faults",
    "front",
    "hosted",
    "health",
    "http",
    "idempotency",
    "identity",
    "keys_used",
    "lib",
    "log",
    "mail",
    "metrics",
    "openapi",
    "outbox",
    "pages",
    "passwords",
    "payments",
    "payments_provider",
    "pictures",
    "plans",
    "previewing",
    "progress",
    "quota",
    "random",
    "rate",
    "removal",
    "retried",
    "root",
    "signing_in",
    "routes",
    "sales",
    "tier_input",
    "tokens",
    "worker",
    "works",
    "subscriptions",
    "settling",
    "inbox",
    "buying",
    "reconcile",
];

/// Infrastructure that must know no noun.
const BELOW_NOUNS: &[&str] = &["http"];

/// One finding per forbidden import.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let imports = imports::all(tree).remove(SERVER).unwrap_or_default();
    imports
        .iter()
        .filter(|import| is_noun(&import.to))
        .filter(|import| is_noun(&import.from) || BELOW_NOUNS.contains(&import.from.as_str()))
        .map(|import| {
            Finding::new(
                &import.path,
                import.line,
                format!("{} imports the noun {}", import.from, import.to),
                "let a handler's service call the store, or move what both need out of the noun; \
                 a module that is no noun belongs in INFRASTRUCTURE of crates/xtask/src/tidy/nouns.rs",
            )
        })
        .collect()
}

fn is_noun(module: &str) -> bool {
    !INFRASTRUCTURE.contains(&module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_that_imports_a_noun_is_reported() {
        let found = check(&Tree::of(&[
            ("crates/server/src/usage.rs", "use crate::customers::Row;"),
            ("crates/server/src/customers.rs", ""),
            ("crates/server/src/http/page.rs", "use crate::usage;"),
        ]));
        let what: Vec<_> = found.iter().map(|finding| finding.what.as_str()).collect();
        assert_eq!(
            what,
            [
                "usage imports the noun customers",
                "http imports the noun usage"
            ]
        );
    }

    #[test]
    fn infrastructure_and_other_crates_are_free() {
        let tree = Tree::of(&[
            ("crates/server/src/usage.rs", "use crate::{app::App, http};"),
            ("crates/server/src/routes.rs", "use crate::usage;"),
            ("crates/server/src/app.rs", ""),
            ("crates/server/src/http.rs", ""),
            ("crates/store/src/usage.rs", "use crate::customers;"),
            ("crates/store/src/customers.rs", ""),
        ]);
        assert!(check(&tree).is_empty());
    }
}
