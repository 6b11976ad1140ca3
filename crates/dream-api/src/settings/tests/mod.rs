//! The settings as a whole: which source wins, what is refused and how it is said.

mod development;
mod precedence;
mod refusals;
mod wrong;

use std::collections::BTreeMap;
use std::path::Path;

use super::layers::Flag;
use super::problem::{Problem, SettingsError};
use super::{Loaded, load};

/// Settings from variables alone.
fn from_env(env: &[(&str, &str)]) -> Result<Loaded, SettingsError> {
    from(None, env, &[])
}

/// Settings from a file's text, variables and `--set` flags.
fn from(
    file: Option<&str>,
    env: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Loaded, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dream-api.toml");
    if let Some(text) = file {
        std::fs::write(&path, text).unwrap();
    }
    let env: BTreeMap<String, String> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let flag = |(key, value): &(&str, &str)| Flag {
        name: format!("--set {key}"),
        key: (*key).to_owned(),
        value: (*value).to_owned(),
    };
    let flags: Vec<Flag> = flags.iter().map(flag).collect();
    load(file.map(|_| Path::new(&path)), &env, &flags)
}

/// The one problem about a setting.
fn about<'a>(problems: &'a [Problem], setting: &str) -> &'a Problem {
    let mut found = problems.iter().filter(|problem| problem.setting == setting);
    match (found.next(), found.next()) {
        (Some(only), None) => only,
        _ => panic!("expected one problem about {setting}, got {problems:?}"),
    }
}
