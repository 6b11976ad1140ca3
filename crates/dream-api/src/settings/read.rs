//! Gives raw values their type and keeps every complaint, so that one start shows them all.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::address::Wrong;
use super::problem::{Problem, Source};
use super::schema::Schema;
use super::secret::redacted;
use super::value::Value;

/// Reads settings by key. A wrong value becomes a problem and the fallback stands in, never to be used.
pub(crate) struct Reader<'a> {
    /// What was wrong so far.
    pub(crate) problems: Vec<Problem>,
    /// The keys asked for, so that a test sees a setting that nothing reads.
    pub(crate) asked: BTreeSet<String>,
    schema: &'a Schema,
    values: &'a BTreeMap<String, (Value, Source)>,
}

impl<'a> Reader<'a> {
    /// A reader over the laid-together values.
    pub(crate) fn new(schema: &'a Schema, values: &'a BTreeMap<String, (Value, Source)>) -> Self {
        Self {
            problems: Vec::new(),
            asked: BTreeSet::new(),
            schema,
            values,
        }
    }

    /// A text that may be missing.
    pub(crate) fn optional<T>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = self.text(key)?;
        match clean(&text).and_then(parse) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.refuse(key, &text, wrong);
                None
            }
        }
    }

    /// A text that must be there.
    pub(crate) fn required<T>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.text(key).is_none() {
            let wrong = Wrong::new("is empty", "give a value, or remove it to use the default");
            self.refuse(key, "", wrong);
        }
        self.optional(key, parse)
    }

    /// Each text of a list.
    pub(crate) fn each<T>(
        &mut self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Vec<T> {
        let Some(Value::List(ref list)) = self.value(key) else {
            return Vec::new();
        };
        let mut read = Vec::new();
        for text in list {
            match clean(text).and_then(&parse) {
                Ok(value) => read.push(value),
                Err(wrong) => self.refuse(key, text, wrong),
            }
        }
        read
    }

    /// A whole number within bounds.
    pub(crate) fn count(&mut self, key: &str, bounds: RangeInclusive<u32>) -> u32 {
        let Some(Value::Integer(number)) = self.value(key) else {
            return *bounds.start();
        };
        if let Some(number) = u32::try_from(number)
            .ok()
            .filter(|number| bounds.contains(number))
        {
            return number;
        }
        let (least, most) = (bounds.start(), bounds.end());
        let fix = format!("give a number from {least} to {most}");
        self.refuse(
            key,
            &number.to_string(),
            Wrong::new("is out of range", &fix),
        );
        *least
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::Text(ref text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    fn value(&mut self, key: &str) -> Option<Value> {
        self.asked.insert(key.to_owned());
        self.values.get(key).map(|(value, _)| value.clone())
    }

    fn refuse(&mut self, key: &str, text: &str, wrong: Wrong) {
        let secret = self.schema.find(key).is_none_or(|setting| setting.secret);
        let message = match text {
            "" => wrong.message,
            _ if secret => format!("holds a value that {}", wrong.message),
            _ => format!("holds `{}`, which {}", redacted(text), wrong.message),
        };
        let source = self
            .values
            .get(key)
            .map_or(Source::Default, |(_, source)| source.clone());
        self.problems.push(Problem {
            setting: key.to_owned(),
            source,
            message,
            fix: wrong.fix,
        });
    }
}

/// Refuses what a terminal or a header would stumble over. Only keys in PEM have line breaks.
fn clean(text: &str) -> Result<&str, Wrong> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Wrong::new("is not UTF-8", "write it in UTF-8"));
    }
    let pem = text.starts_with("-----BEGIN ");
    if text.chars().any(|c| c.is_control() && !(pem && c == '\n')) {
        return Err(Wrong::new("has control characters", "remove them"));
    }
    Ok(text)
}
