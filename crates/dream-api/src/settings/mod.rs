//! Settings: read once, checked at once, handed down in parts.
//!
//! `dream-api.default.toml` names every setting, its default, its variable and its meaning; nothing else does.

pub(crate) mod address;
pub(crate) mod assets;
pub(crate) mod check;
pub(crate) mod groups;
pub(crate) mod layers;
pub(crate) mod payments;
pub(crate) mod problem;
mod read;
pub(crate) mod schema;
pub(crate) mod secret;
pub(crate) mod show;
mod suggest;
mod typed;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use groups::Settings;
use layers::{Flag, Layers};
use problem::{Problem, SettingsError, Source};
use read::Reader;
use schema::Schema;
use show::Row;

/// The variable that names the settings file.
pub(crate) const CONFIG_VARIABLE: &str = "DREAM_CONFIG";

/// The settings file that is read when none is named and it exists.
pub(crate) const DEFAULT_FILE: &str = "dream-api.toml";

/// Settings with what is known about where they came from.
pub(crate) struct Loaded {
    /// The typed settings.
    pub(crate) settings: Settings,
    /// Each setting as it may be shown, in the order of the file of defaults.
    pub(crate) rows: Vec<Row>,
    /// The settings file that was read.
    pub(crate) file: Option<PathBuf>,
    /// What looked odd but refuses nothing.
    pub(crate) warnings: Vec<Problem>,
}

impl Loaded {
    /// Where a setting's value came from.
    pub(crate) fn source(&self, key: &str) -> Source {
        let row = self.rows.iter().find(|row| row.key == key);
        row.map_or(Source::Default, |row| row.source.clone())
    }
}

/// Reads defaults, then the file, then the environment, then the flags; later ones win. The file is `file`, else the
/// one `DREAM_CONFIG` names, else `dream-api.toml` if it exists.
///
/// # Errors
/// Every problem at once: unknown names, wrong types, values out of range. Whether the values suit the environment is
/// for [`check::findings`] to say.
pub(crate) fn load(
    file: Option<&Path>,
    env: &BTreeMap<String, String>,
    flags: &[Flag],
) -> Result<Loaded, SettingsError> {
    let schema = Schema::embedded()?;
    let mut layers = Layers::defaults(&schema);
    let file = match read_file(file, env) {
        Ok(file) => file,
        Err(problem) => {
            layers.problems.push(problem);
            None
        }
    };
    if let Some((path, text)) = &file {
        layers.file(&schema, path, text);
    }
    layers.environment(&schema, env);
    layers.flags(&schema, flags);
    let mut reader = Reader::new(&schema, &layers.values);
    let settings = typed::settings(&mut reader);
    let mut problems = layers.problems;
    problems.append(&mut reader.problems);
    match settings {
        Some(settings) if problems.is_empty() => Ok(Loaded {
            rows: show::rows(&schema, &layers.values, &settings),
            settings,
            file: file.map(|(path, _)| path),
            warnings: layers.warnings,
        }),
        _ => Err(SettingsError { problems }),
    }
}

/// The process's variables as text. Bytes that are not UTF-8 become a replacement character, which [`load`] refuses by
/// name where it matters.
pub(crate) fn variables(
    vars: impl Iterator<Item = (OsString, OsString)>,
) -> BTreeMap<String, String> {
    let text = |os: OsString| os.to_string_lossy().into_owned();
    vars.map(|(name, value)| (text(name), text(value)))
        .collect()
}

fn read_file(
    named: Option<&Path>,
    env: &BTreeMap<String, String>,
) -> Result<Option<(PathBuf, String)>, Problem> {
    let variable = env.get(CONFIG_VARIABLE).filter(|path| !path.is_empty());
    let (path, source) = match (named, variable) {
        (Some(path), _) => (path, Source::Flag("--config".to_owned())),
        (None, Some(path)) => (
            Path::new(path),
            Source::Environment(CONFIG_VARIABLE.to_owned()),
        ),
        (None, None) => (Path::new(DEFAULT_FILE), Source::Default),
    };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((path.to_owned(), text))),
        Err(error) if error.kind() == ErrorKind::NotFound && source == Source::Default => Ok(None),
        Err(error) => Err(Problem {
            setting: path.display().to_string(),
            source,
            message: format!("cannot be read: {error}"),
            fix: "name a file that exists and that this user may read".to_owned(),
        }),
    }
}
