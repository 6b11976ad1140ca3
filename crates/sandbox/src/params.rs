//! Strict reading of parameters: what an operation does not name is refused, as Stripe refuses it.

use serde_json::{Map, Value};

use crate::form::Node;
use crate::problem::{Problem, Result};

/// Reads a form by the fields of an operation. An empty text is JSON null: it takes the value away.
pub(crate) fn read(form: Vec<(String, Node)>, groups: &[&[Field]]) -> Result<Map<String, Value>> {
    let fields: Vec<&Field> = groups.iter().copied().flatten().collect();
    parts(form, &fields, "")
}

/// One parameter of an operation.
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

/// What a parameter holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Bool,
    Integer,
    Choice(&'static [&'static str]),
    List(&'static Kind),
    Fields(&'static [Field]),
    /// Texts under any name: metadata.
    Texts,
    /// A moment, or bounds of one: `created`.
    Range,
}

/// A parameter that may be left out.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

/// A parameter that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
    }
}

const TEXT_MAX: usize = 5_000;
const BOUNDS: &[Field] = &[
    may("gt", Kind::Integer),
    may("gte", Kind::Integer),
    may("lt", Kind::Integer),
    may("lte", Kind::Integer),
];

fn parts(form: Vec<(String, Node)>, fields: &[&Field], inside: &str) -> Result<Map<String, Value>> {
    let known = |name: &str| fields.iter().any(|field| field.name == name);
    let unknown: Vec<String> = form
        .iter()
        .filter(|(name, _)| !known(name))
        .map(|(name, _)| full(inside, name))
        .collect();
    if let Some(first) = unknown.first() {
        let noun = if unknown.len() == 1 {
            "parameter"
        } else {
            "parameters"
        };
        let message = format!("Received unknown {noun}: {}", unknown.join(", "));
        return Err(Problem::parameter(
            Some("parameter_unknown"),
            first,
            message,
        ));
    }
    let mut read = Map::new();
    let mut form = form;
    for field in fields {
        let name = full(inside, field.name);
        let at = form.iter().position(|(known, _)| known == field.name);
        match at.map(|at| form.swap_remove(at).1) {
            Some(Node::Text(text)) if text.is_empty() => {
                if field.required || !field.kind.may_be_unset() {
                    return Err(empty(&name));
                }
                read.insert(field.name.to_owned(), Value::Null);
            }
            Some(node) => {
                read.insert(field.name.to_owned(), value(node, field.kind, &name)?);
            }
            None if field.required => return Err(missing(&name)),
            None => {}
        }
    }
    Ok(read)
}

impl Kind {
    fn may_be_unset(self) -> bool {
        matches!(
            self,
            Self::Text | Self::List(_) | Self::Fields(_) | Self::Texts | Self::Integer
        )
    }
}

fn value(node: Node, kind: Kind, name: &str) -> Result<Value> {
    match (kind, node) {
        (Kind::List(kind), Node::Parts(form)) => list(form, *kind, name),
        (Kind::Fields(fields), Node::Parts(form)) => {
            Ok(parts(form, &fields.iter().collect::<Vec<_>>(), name)?.into())
        }
        (Kind::Texts, Node::Parts(form)) => texts(form, name),
        (Kind::Range, Node::Parts(form)) => {
            Ok(parts(form, &BOUNDS.iter().collect::<Vec<_>>(), name)?.into())
        }
        (Kind::List(_), Node::Text(_)) => {
            Err(Problem::parameter(None, name, "Invalid array".into()))
        }
        (Kind::Fields(_) | Kind::Texts, Node::Text(_)) => {
            Err(Problem::parameter(None, name, "Invalid object".into()))
        }
        (_, Node::Parts(_)) => Err(Problem::parameter(None, name, "Invalid string".into())),
        (_, Node::Text(text)) => scalar(&text, kind, name),
    }
}

fn scalar(text: &str, kind: Kind, name: &str) -> Result<Value> {
    match kind {
        Kind::Bool => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(Problem::parameter(
                None,
                name,
                format!("Invalid boolean: {text}"),
            )),
        },
        Kind::Integer | Kind::Range => text.parse::<i64>().map(Value::from).map_err(|_| {
            let message = format!("Invalid integer: {text}");
            Problem::parameter(Some("parameter_invalid_integer"), name, message)
        }),
        Kind::Choice(words) if !words.contains(&text) => {
            let message = format!("Invalid {name}: must be one of {}", words.join(", "));
            Err(Problem::parameter(None, name, message))
        }
        _ if text.chars().count() > TEXT_MAX => {
            let message = format!("Invalid string: {name} must be at most {TEXT_MAX} characters");
            Err(Problem::parameter(None, name, message))
        }
        _ => Ok(text.into()),
    }
}

fn list(form: Vec<(String, Node)>, kind: Kind, name: &str) -> Result<Value> {
    let mut numbered = Vec::with_capacity(form.len());
    for (index, node) in form {
        let number: usize = index
            .parse()
            .map_err(|_| Problem::parameter(None, name, "Invalid array".into()))?;
        numbered.push((number, node));
    }
    numbered.sort_by_key(|(number, _)| *number);
    numbered
        .into_iter()
        .map(|(number, node)| value(node, kind, &format!("{name}[{number}]")))
        .collect()
}

fn texts(form: Vec<(String, Node)>, name: &str) -> Result<Value> {
    let mut read = Map::new();
    for (key, node) in form {
        let Node::Text(text) = node else {
            let message = format!("Invalid value for {name}[{key}]: must be a string");
            return Err(Problem::parameter(None, &format!("{name}[{key}]"), message));
        };
        read.insert(key, text.into());
    }
    Ok(read.into())
}

fn full(inside: &str, name: &str) -> String {
    if inside.is_empty() {
        name.to_owned()
    } else {
        format!("{inside}[{name}]")
    }
}

fn missing(name: &str) -> Problem {
    let message = format!("Missing required param: {name}.");
    Problem::parameter(Some("parameter_missing"), name, message)
}

fn empty(name: &str) -> Problem {
    let message = format!(
        "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
         however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
    );
    Problem::parameter(Some("parameter_invalid_empty"), name, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[Field] = &[
        must("name", Kind::Text),
        may("active", Kind::Bool),
        may("note", Kind::Text),
        may("created", Kind::Range),
        may(
            "items",
            Kind::List(&Kind::Fields(&[
                must("price", Kind::Text),
                may("quantity", Kind::Integer),
            ])),
        ),
        may("metadata", Kind::Texts),
    ];

    fn read_form(form: &str) -> Result<Value> {
        Ok(read(crate::form::parse(form.as_bytes())?, &[FIELDS])?.into())
    }

    #[test]
    fn a_form_becomes_typed_values() {
        let read = read_form(
            "name=a&active=true&note=&created[gte]=5&items[1][price]=q&items[0][price]=p&items[0][quantity]=2&metadata[k]=v",
        );
        let expected = json!({
            "name": "a", "active": true, "note": null, "created": {"gte": 5},
            "items": [{"price": "p", "quantity": 2}, {"price": "q"}], "metadata": {"k": "v"},
        });
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn a_refusal_names_its_parameter_and_code() {
        let cases = [
            ("", Some("parameter_missing"), "name"),
            ("name=", Some("parameter_invalid_empty"), "name"),
            ("name=a&colour=red", Some("parameter_unknown"), "colour"),
            (
                "name=a&items[0][price]=p&items[0][size]=1",
                Some("parameter_unknown"),
                "items[0][size]",
            ),
            (
                "name=a&items[0][price]=p&items[0][quantity]=x",
                Some("parameter_invalid_integer"),
                "items[0][quantity]",
            ),
            (
                "name=a&items[0][quantity]=1",
                Some("parameter_missing"),
                "items[0][price]",
            ),
            ("name=a&active=yes", None, "active"),
            ("name=a&items=3", None, "items"),
            ("name[a]=a", None, "name"),
        ];
        for (form, code, param) in cases {
            let problem = read_form(form).unwrap_err();
            assert_eq!(
                (problem.code, problem.param.as_deref()),
                (code, Some(param)),
                "{form}"
            );
            assert!(!problem.began);
        }
    }
}
