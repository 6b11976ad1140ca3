//! A setting's value before it has its type, and how a settings file is taken apart into such values.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroize as _;

use super::problem::{Problem, Source};

/// A raw value. It may be a secret, so it leaves memory when dropped and has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text; empty means "not set".
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A list of texts; comma-separated where it is written as one text.
    List(Vec<String>),
}

/// A value in a settings file.
pub(crate) struct Leaf {
    /// The dotted key, such as `limits.connections`.
    pub(crate) key: String,
    /// The value, or the name of a TOML type that no setting has.
    pub(crate) value: Result<Value, &'static str>,
    /// The line of the value, from 1.
    pub(crate) line: usize,
}

/// Takes a settings file apart into dotted keys. Every syntax error becomes a problem.
pub(crate) fn leaves(path: &Path, text: &str) -> (Vec<Leaf>, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors
        .iter()
        .map(|error| syntax_problem(path, text, error))
        .collect();
    let mut leaves = Vec::new();
    collect("", table.get_ref(), text, &mut leaves);
    leaves.sort_by_key(|leaf| leaf.line);
    (leaves, problems)
}

impl Value {
    /// Reads a text from the environment or a flag as the same type as `self`.
    ///
    /// # Errors
    /// What was expected, such as "a whole number".
    pub(crate) fn like(&self, text: &str) -> Result<Self, &'static str> {
        match self {
            Self::Text(_) => Ok(Self::Text(text.to_owned())),
            Self::Integer(_) => text
                .parse()
                .map(Self::Integer)
                .map_err(|_| "a whole number"),
            Self::List(_) => Ok(Self::List(split(text))),
        }
    }

    /// What a value of this type is called in messages.
    pub(crate) fn expected(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text in quotes",
            Self::Integer(_) => "a whole number",
            Self::List(_) => "a list of texts",
        }
    }

    /// Whether there is anything in it.
    pub(crate) fn is_set(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Integer(_) => true,
            Self::List(list) => !list.is_empty(),
        }
    }

    /// The value as one text, lists separated by commas.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::List(list) => list.join(","),
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        match self {
            Self::Text(text) => text.zeroize(),
            Self::Integer(_) => {}
            Self::List(list) => list.zeroize(),
        }
    }
}

/// The parts of a comma-separated text, without blanks around them and without empty ones.
pub(crate) fn split(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn collect(prefix: &str, table: &DeTable<'_>, text: &str, leaves: &mut Vec<Leaf>) {
    for (name, value) in table {
        let key = match prefix {
            "" => name.get_ref().to_string(),
            _ => format!("{prefix}.{}", name.get_ref()),
        };
        if let Some(inner) = value.get_ref().as_table().filter(|inner| !inner.is_empty()) {
            collect(&key, inner, text, leaves);
        } else {
            let line = line_at(text, value.span().start);
            let value = raw(value);
            leaves.push(Leaf { key, value, line });
        }
    }
}

fn raw(value: &Spanned<DeValue<'_>>) -> Result<Value, &'static str> {
    match value.get_ref() {
        DeValue::String(text) => Ok(Value::Text(text.trim().to_owned())),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::Integer)
            .map_err(|_| "a number out of range"),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(|text| text.trim().to_owned()))
            .collect::<Option<Vec<_>>>()
            .map(|list| Value::List(list.into_iter().filter(|text| !text.is_empty()).collect()))
            .ok_or("a list of something else than texts"),
        DeValue::Float(_) => Err("a number with a fraction"),
        DeValue::Boolean(_) => Err("true or false"),
        DeValue::Datetime(_) => Err("a date"),
        DeValue::Table(_) => Err("a table"),
    }
}

/// The parser's own `Display` quotes the line, which may hold a secret; only its message and the line number are kept.
fn syntax_problem(path: &Path, text: &str, error: &toml::de::Error) -> Problem {
    let line = error.span().map_or(1, |span| line_at(text, span.start));
    let source = Source::File {
        path: path.to_owned(),
        line,
    };
    Problem {
        setting: source.to_string(),
        source,
        message: format!("is not TOML: {}", error.message()),
        fix: "the file is TOML: `key = value` lines below `[table]` lines, texts in quotes"
            .to_owned(),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}
