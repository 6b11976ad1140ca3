//! What is wrong with a setting, where it came from and how to put it right.

use std::fmt;
use std::path::PathBuf;

/// Everything that is wrong with the settings, so that one start is enough to see it all.
#[derive(Debug)]
pub(crate) struct SettingsError {
    /// Never empty; in the order file, environment, flags, then values.
    pub(crate) problems: Vec<Problem>,
}

/// One thing to put right. Neither text ever holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The setting's dotted key, or the unknown name as it was written.
    pub(crate) setting: String,
    /// Where the value came from.
    pub(crate) source: Source,
    /// What is wrong, to follow the setting's name in a sentence.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) fix: String,
}

/// Where a value came from; a later variant wins over an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The defaults in the binary.
    Default,
    /// The settings file; lines count from 1.
    File {
        /// The file as it was named.
        path: PathBuf,
        /// The line of the value.
        line: usize,
    },
    /// A variable of the environment, by name.
    Environment(String),
    /// A flag of the command line, with its dashes.
    Flag(String),
}

impl Source {
    /// The kind of source, as `config --json` names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File { .. } => "file",
            Self::Environment(_) => "environment",
            Self::Flag(_) => "flag",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.to_string();
        write!(f, "`{}`", self.setting)?;
        if self.source != Source::Default && source != self.setting {
            write!(f, " ({source})")?;
        }
        write!(f, " {}", self.message)
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}; {}", problem.fix)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}
