//! Settings as they may be seen: secrets as dots, derived defaults filled in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::groups::Settings;
use super::problem::Source;
use super::schema::{Schema, Setting};
use super::secret::{DOTS, redacted};
use super::value::Value;

/// One setting as `config` shows it.
pub(crate) struct Row {
    /// The dotted key.
    pub(crate) key: String,
    /// The variable that sets it.
    pub(crate) environment: String,
    /// Whether the value is hidden.
    pub(crate) secret: bool,
    /// Whether there is a value.
    pub(crate) set: bool,
    /// The effective value; None if it is hidden or not set.
    pub(crate) value: Option<String>,
    /// Where it came from.
    pub(crate) source: Source,
}

/// A row as `config --json` writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JsonRow<'a> {
    key: &'a str,
    value: Option<&'a str>,
    set: bool,
    secret: bool,
    environment: &'a str,
    source: &'static str,
    source_name: String,
}

/// Every setting in the order of the file of defaults.
pub(crate) fn rows(
    schema: &Schema,
    values: &BTreeMap<String, (Value, Source)>,
    settings: &Settings,
) -> Vec<Row> {
    let row = |setting: &Setting| {
        let (value, source) = values.get(&setting.key)?;
        Some(Row {
            key: setting.key.clone(),
            environment: setting.environment.clone(),
            secret: setting.secret,
            set: value.is_set(),
            value: shown(setting, value, settings),
            source: source.clone(),
        })
    };
    schema.settings.iter().filter_map(row).collect()
}

impl Row {
    /// Setting, value and source, for aligned columns.
    pub(crate) fn columns(&self) -> [String; 3] {
        let value = match (&self.value, self.secret, self.set) {
            (_, true, true) => format!("{DOTS} (set)"),
            (Some(value), ..) => one_line(value),
            (None, ..) => "(not set)".to_owned(),
        };
        [self.key.clone(), value, self.source.to_string()]
    }

    /// The row for a script.
    pub(crate) fn json(&self) -> JsonRow<'_> {
        JsonRow {
            key: &self.key,
            value: self.value.as_deref(),
            set: self.set,
            secret: self.secret,
            environment: &self.environment,
            source: self.source.kind(),
            source_name: self.source.to_string(),
        }
    }
}

fn shown(setting: &Setting, value: &Value, settings: &Settings) -> Option<String> {
    match (value.is_set(), setting.secret) {
        (_, true) => None,
        (true, false) => Some(redacted(&value.text())),
        (false, false) => derived(&setting.key, settings),
    }
}

/// What stands in for an empty value; the reasons are in the file of defaults.
fn derived(key: &str, settings: &Settings) -> Option<String> {
    let public_url = || settings.public_url_at(settings.listen);
    let inside = |name: &str| settings.data_dir.join(name).display().to_string();
    match key {
        "public_url" | "frontend_url" => Some(public_url()),
        "database_url" => Some(format!("sqlite://{}", inside(super::typed::DATABASE_FILE))),
        "assets_url" => Some(format!("file://{}", inside("assets"))),
        _ => None,
    }
}

fn one_line(value: &str) -> String {
    match value.split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => value.to_owned(),
    }
}
