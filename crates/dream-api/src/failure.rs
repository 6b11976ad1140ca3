//! Why a command ends without success, and with which exit code.

use std::io;
use std::process::ExitCode;

use dream_domain::error::Error;

use crate::output;
use crate::settings::problem::{Problem, SettingsError};

/// What a command exits with when it was used right and something went wrong.
const FAILED: u8 = 1;
/// What a command exits with when it was used wrongly or the settings are wrong.
const MISUSED: u8 = 2;

/// What is told on standard error, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    complaints: Vec<Complaint>,
}

/// One thing that is wrong.
#[derive(Debug)]
struct Complaint {
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl Failure {
    /// Something went wrong.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::of(FAILED, message.into())
    }

    /// The command or its settings are wrong.
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self::of(MISUSED, message.into())
    }

    /// Nothing more to tell: the command has told what is wrong itself.
    pub(crate) fn told() -> Self {
        Self {
            code: FAILED,
            complaints: Vec::new(),
        }
    }

    /// Every setting that is wrong.
    pub(crate) fn settings(problems: &[Problem]) -> Self {
        let complaint = |problem: &Problem| Complaint {
            message: problem.to_string(),
            causes: Vec::new(),
            hints: vec![problem.fix.clone()],
        };
        Self {
            code: MISUSED,
            complaints: problems.iter().map(complaint).collect(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if let Some(complaint) = self.complaints.last_mut() {
            complaint.hints.push(hint);
        }
        self
    }

    /// What went wrong in one line, for `doctor`.
    pub(crate) fn summary(&self) -> String {
        let told = self.complaints.iter().map(|complaint| {
            std::iter::once(&complaint.message)
                .chain(&complaint.causes)
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(": ")
        });
        told.collect::<Vec<_>>().join("; ")
    }

    /// Tells it, and answers the exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        for complaint in &self.complaints {
            output::error(&complaint.message);
            for cause in &complaint.causes {
                output::note(&format!("  caused by: {cause}"));
            }
            for hint in &complaint.hints {
                output::hint(hint);
            }
        }
        ExitCode::from(self.code)
    }

    fn of(code: u8, message: String) -> Self {
        Self {
            code,
            complaints: vec![Complaint {
                message,
                causes: Vec::new(),
                hints: Vec::new(),
            }],
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut failure = Self::new(error.detail());
        let mut cause = std::error::Error::source(&error);
        let mut causes = Vec::new();
        while let Some(found) = cause {
            causes.push(found.to_string());
            cause = found.source();
        }
        // A detail often ends with its cause, for those who see only the detail.
        causes.retain(|cause| !error.detail().contains(cause));
        for complaint in &mut failure.complaints {
            complaint.causes.append(&mut causes);
        }
        let fixes = error.fields().iter().map(|field| field.fix.clone());
        fixes.fold(failure, Self::hint)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::settings(&error.problems)
    }
}

/// Of writing the answer; what else is read and written names its file.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(format!("The answer cannot be written: {error}"))
    }
}
