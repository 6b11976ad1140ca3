//! Form encoding with brackets, read into a tree: `a[0][b]=1`, `a[]=1`, `a[b]=1`.

use crate::problem::{Problem, Result};

/// A parameter: a text, or named parts in the order they came. A list is parts named by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Parts(Vec<(String, Node)>),
}

/// Reads a query string or a form body.
pub(crate) fn parse(text: &[u8]) -> Result<Vec<(String, Node)>> {
    let mut parts = Vec::new();
    for (name, value) in url::form_urlencoded::parse(text) {
        let path = path(&name).ok_or_else(|| unreadable(&name))?;
        put(&mut parts, &path, value.into_owned()).ok_or_else(|| unreadable(&name))?;
    }
    Ok(parts)
}

const DEPTH_MAX: usize = 8;

fn unreadable(name: &str) -> Problem {
    Problem::parameter(
        None,
        name,
        format!("Invalid request: the parameter name '{name}' cannot be read"),
    )
}

/// `a[b][]` is `a`, `b` and an empty name; none if brackets do not match.
fn path(name: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut path = vec![first];
    while !rest.is_empty() {
        let (part, after) = rest.strip_prefix('[')?.split_once(']')?;
        path.push(part);
        rest = after;
    }
    (!first.is_empty() && path.len() <= DEPTH_MAX).then_some(path)
}

/// Puts a value at its place; none if a text stands where parts are needed, or the other way round.
fn put(parts: &mut Vec<(String, Node)>, path: &[&str], value: String) -> Option<()> {
    let (&first, rest) = path.split_first()?;
    let name = if first.is_empty() {
        parts.len().to_string()
    } else {
        first.to_owned()
    };
    let at = parts.iter().position(|(known, _)| *known == name);
    if rest.is_empty() {
        match at.map(|at| &mut parts[at].1) {
            Some(Node::Text(text)) => *text = value,
            Some(Node::Parts(_)) => return None,
            None => parts.push((name, Node::Text(value))),
        }
        return Some(());
    }
    let at = at.unwrap_or_else(|| {
        parts.push((name, Node::Parts(Vec::new())));
        parts.len() - 1
    });
    match &mut parts[at].1 {
        Node::Parts(inner) => put(inner, rest, value),
        Node::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Node {
        Node::Text(value.to_owned())
    }

    #[test]
    fn brackets_become_a_tree() {
        let tree = parse(b"a[0][b]=1&a[0][c]=x+y&a[1][b]=&d[]=p&d[]=q&e=%C3%A9").unwrap();
        let named = |name: &str, node| (name.to_owned(), node);
        let expected = vec![
            named(
                "a",
                Node::Parts(vec![
                    named(
                        "0",
                        Node::Parts(vec![named("b", text("1")), named("c", text("x y"))]),
                    ),
                    named("1", Node::Parts(vec![named("b", text(""))])),
                ]),
            ),
            named(
                "d",
                Node::Parts(vec![named("0", text("p")), named("1", text("q"))]),
            ),
            named("e", text("é")),
        ];
        assert_eq!(tree, expected);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for form in [
            "a=1&a[b]=2",
            "a[b]=2&a=1",
            "a[b=1",
            "[a]=1",
            "a[b]c=1",
            "a[b][c][d][e][f][g][h][i]=1",
        ] {
            assert!(parse(form.as_bytes()).is_err(), "{form}");
        }
    }
}
