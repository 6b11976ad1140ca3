//! Lays the sources over each other: defaults, then file, then environment, then flags. Nothing is typed yet.

use std::collections::BTreeMap;
use std::path::Path;

use super::problem::{Problem, Source};
use super::schema::{Schema, Setting};
use super::suggest::closest;
use super::value::{Value, leaves};

/// Names that begin with `DREAM_` and are no settings: what tests, the build and the SDK read.
const FOREIGN_PREFIXES: [&str; 2] = ["DREAM_TEST_", "DREAM_API_"];
const FOREIGN_NAMES: [&str; 3] = ["DREAM_WEB", "DREAM_BIN", super::CONFIG_VARIABLE];

/// The value of each setting with its source, and what was wrong on the way.
pub(crate) struct Layers {
    /// One entry for each setting of the schema.
    pub(crate) values: BTreeMap<String, (Value, Source)>,
    /// What refuses the start.
    pub(crate) problems: Vec<Problem>,
    /// What is worth a line.
    pub(crate) warnings: Vec<Problem>,
}

/// A setting given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The flag as the user wrote it, with its dashes.
    pub(crate) name: String,
    /// The dotted key of the setting.
    pub(crate) key: String,
    /// The value as text.
    pub(crate) value: String,
}

impl Layers {
    /// The lowest layer.
    pub(crate) fn defaults(schema: &Schema) -> Self {
        let default = |setting: &Setting| {
            (
                setting.key.clone(),
                (setting.default.clone(), Source::Default),
            )
        };
        Self {
            values: schema.settings.iter().map(default).collect(),
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Lays a settings file on top.
    pub(crate) fn file(&mut self, schema: &Schema, path: &Path, text: &str) {
        let (leaves, problems) = leaves(path, text);
        self.problems.extend(problems);
        for leaf in leaves {
            let source = Source::File {
                path: path.to_owned(),
                line: leaf.line,
            };
            let Some(setting) = schema.find(&leaf.key) else {
                self.problems.push(unknown_key(schema, &leaf.key, source));
                continue;
            };
            match leaf.value {
                Ok(value) => self.typed(setting, value, source),
                Err(found) => self.wrong_type(setting, found, source),
            }
        }
    }

    /// Lays the environment on top. Only names of ours are looked at.
    pub(crate) fn environment(&mut self, schema: &Schema, env: &BTreeMap<String, String>) {
        for (name, text) in env {
            let source = Source::Environment(name.clone());
            match schema.of_variable(name) {
                Some(setting) => self.text(setting, text, source),
                None => self.unknown_variable(schema, name, source),
            }
        }
    }

    /// Lays the flags on top; the last of several for one key counts.
    pub(crate) fn flags(&mut self, schema: &Schema, flags: &[Flag]) {
        for flag in flags {
            let source = Source::Flag(flag.name.clone());
            match schema.find(&flag.key) {
                Some(setting) => self.text(setting, &flag.value, source),
                None => self.problems.push(unknown_key(schema, &flag.key, source)),
            }
        }
    }

    fn text(&mut self, setting: &Setting, text: &str, source: Source) {
        match setting.default.like(text.trim()) {
            Ok(value) => self.set(setting, value, source),
            Err(_) if text.trim().is_empty() => self.wrong_type(setting, "an empty text", source),
            Err(_) => self.wrong_type(setting, "this text", source),
        }
    }

    fn typed(&mut self, setting: &Setting, value: Value, source: Source) {
        match (&setting.default, &value) {
            (Value::Text(_), Value::Text(_))
            | (Value::Integer(_), Value::Integer(_))
            | (Value::List(_), Value::List(_)) => self.set(setting, value, source),
            (Value::List(_), Value::Text(text)) => self.text(setting, text, source),
            (_, Value::Text(_)) => self.wrong_type(setting, "a text", source),
            (_, Value::Integer(_)) => self.wrong_type(setting, "a number", source),
            (_, Value::List(_)) => self.wrong_type(setting, "a list", source),
        }
    }

    fn set(&mut self, setting: &Setting, value: Value, source: Source) {
        self.values.insert(setting.key.clone(), (value, source));
    }

    fn wrong_type(&mut self, setting: &Setting, found: &str, source: Source) {
        let expected = setting.default.expected();
        self.problems.push(Problem {
            setting: setting.key.clone(),
            source,
            message: format!("takes {expected}, not {found}"),
            fix: format!("give {expected}, or remove it to use the default"),
        });
    }

    /// A variable that begins with our prefix is a mistake; one that begins with a provider's may be somebody else's,
    /// so it is only mentioned when it nearly is one of ours.
    fn unknown_variable(&mut self, schema: &Schema, name: &str, source: Source) {
        let variables = schema
            .settings
            .iter()
            .map(|setting| setting.environment.as_str());
        let meant = closest(name, variables);
        let provider = name.starts_with("STRIPE_") || name.starts_with("CLERK_");
        let foreign = FOREIGN_NAMES.contains(&name)
            || FOREIGN_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix));
        if name.starts_with("DREAM_") && !foreign {
            self.problems.push(unknown(name, "variable", meant, source));
        } else if provider && meant.is_some() {
            self.warnings.push(unknown(name, "variable", meant, source));
        }
    }
}

fn unknown_key(schema: &Schema, key: &str, source: Source) -> Problem {
    let keys = schema.settings.iter().map(|setting| setting.key.as_str());
    unknown(key, "setting", closest(key, keys), source)
}

fn unknown(name: &str, kind: &str, meant: Option<&str>, source: Source) -> Problem {
    Problem {
        setting: name.to_owned(),
        source,
        message: format!("is no {kind} of this server"),
        fix: match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "remove it; `dream-api config` lists every setting".to_owned(),
        },
    }
}
