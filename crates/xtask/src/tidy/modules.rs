//! Rule: the top-level modules of a crate import each other without a cycle.

use super::Finding;
use super::imports::{self, Import};
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One finding per group of modules that reach each other, with a shortest cycle.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    imports::all(tree)
        .values()
        .flat_map(|imports| cycles(imports))
        .map(|cycle| report(&cycle))
        .collect()
}

fn report(cycle: &[&Import]) -> Finding {
    let mut chain: Vec<&str> = cycle.iter().map(|import| import.from.as_str()).collect();
    chain.extend(chain.first().copied());
    let places: Vec<String> = cycle
        .iter()
        .map(|import| format!("{} at {}:{}", import.to, import.path, import.line))
        .collect();
    Finding::new(
        &cycle[0].path,
        cycle[0].line,
        format!(
            "modules import each other in a circle: {} ({})",
            chain.join(" -> "),
            places.join(", ")
        ),
        "move what both need into a module of its own, or pass it as a parameter",
    )
}

fn cycles(imports: &[Import]) -> Vec<Vec<&Import>> {
    let mut graph: BTreeMap<&str, Vec<&Import>> = BTreeMap::new();
    for import in imports {
        graph.entry(&import.from).or_default().push(import);
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for &start in graph.keys() {
        if seen.contains(start) {
            continue;
        }
        if let Some(cycle) = shortest_cycle(&graph, start) {
            seen.extend(cycle.iter().map(|import| import.from.as_str()));
            found.push(cycle);
        }
    }
    found
}

/// The shortest way from a module back to itself.
fn shortest_cycle<'a>(
    graph: &BTreeMap<&'a str, Vec<&'a Import>>,
    start: &'a str,
) -> Option<Vec<&'a Import>> {
    let mut waiting = VecDeque::from([start]);
    let mut came_by: BTreeMap<&str, &Import> = BTreeMap::new();
    while let Some(module) = waiting.pop_front() {
        for &import in graph.get(module).into_iter().flatten() {
            if came_by.contains_key(import.to.as_str()) {
                continue;
            }
            came_by.insert(&import.to, import);
            if import.to == start {
                return Some(way_back(&came_by, start));
            }
            waiting.push_back(&import.to);
        }
    }
    None
}

fn way_back<'a>(came_by: &BTreeMap<&str, &'a Import>, start: &str) -> Vec<&'a Import> {
    let mut way = Vec::new();
    let mut at = start;
    while let Some(&import) = came_by.get(at) {
        way.push(import);
        at = &import.from;
        if at == start {
            break;
        }
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_reported_once_with_its_places() {
        let found = check(&Tree::of(&[
            ("crates/x/src/a.rs", "use crate::b::B;"),
            ("crates/x/src/b.rs", "\nuse crate::c;"),
            ("crates/x/src/c.rs", "use crate::a;"),
            ("crates/x/src/d.rs", "use crate::a;"),
        ]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].what.contains("a -> b -> c -> a"), "{found:?}");
        assert!(found[0].what.contains("crates/x/src/b.rs:2"), "{found:?}");
    }

    #[test]
    fn a_line_of_modules_is_fine() {
        let tree = Tree::of(&[
            ("crates/x/src/a.rs", "use crate::b;"),
            ("crates/x/src/b.rs", "use crate::c;"),
            ("crates/x/src/c.rs", "use std::fmt;"),
        ]);
        assert!(check(&tree).is_empty());
    }
}
