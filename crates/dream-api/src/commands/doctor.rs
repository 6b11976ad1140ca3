//! `doctor`: what is right, what is wrong and what to do next.

mod checks;

use serde::Serialize;
use serde_json::json;

use crate::cli::Json;
use crate::failure::Failure;
use crate::output;
use crate::settings::Loaded;
use crate::settings::problem::SettingsError;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    state: State,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

/// How it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    Ok,
    Warning,
    Error,
}

/// Looks at everything and tells it; fails if something is wrong.
pub(crate) fn doctor(loaded: &Result<Loaded, SettingsError>, json: &Json) -> Result<(), Failure> {
    let checks = checks::all(loaded);
    let healthy = checks.iter().all(|check| check.state != State::Error);
    let next = next(loaded, &checks);
    if json.json {
        output::print_json(&json!({"ok": healthy, "checks": checks, "next": next}))?;
    } else {
        let mut lines: Vec<String> = checks.iter().flat_map(Check::lines).collect();
        lines.push(format!("next     {next}"));
        output::print_lines(&lines)?;
    }
    if healthy {
        Ok(())
    } else {
        Err(Failure::told())
    }
}

impl Check {
    pub(super) fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name, State::Ok, detail, None)
    }

    pub(super) fn warning(
        name: &'static str,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(name, State::Warning, detail, Some(fix.into()))
    }

    pub(super) fn error(
        name: &'static str,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(name, State::Error, detail, Some(fix.into()))
    }

    fn new(
        name: &'static str,
        state: State,
        detail: impl Into<String>,
        fix: Option<String>,
    ) -> Self {
        Self {
            name,
            state,
            detail: detail.into(),
            fix,
        }
    }

    fn lines(&self) -> Vec<String> {
        let word = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Error => "error",
        };
        let mut lines = vec![format!("{word:<7}  {}: {}", self.name, self.detail)];
        lines.extend(self.fix.iter().map(|fix| format!("         hint: {fix}")));
        lines
    }
}

/// The one thing to do now.
fn next(loaded: &Result<Loaded, SettingsError>, checks: &[Check]) -> String {
    let wrong = checks.iter().find(|check| check.state == State::Error);
    if let Some(fix) = wrong.and_then(|check| check.fix.as_ref()) {
        return fix.clone();
    }
    let running = checks.iter().any(|check| check.name == checks::RUNNING);
    match loaded {
        Ok(loaded) if running => {
            let key = "dream-api project list";
            format!(
                "the server runs on {}; try `{key}`",
                loaded.settings.data_dir.display()
            )
        }
        _ => "start the server with `dream-api serve`".to_owned(),
    }
}
