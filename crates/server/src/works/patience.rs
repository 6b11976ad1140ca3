//! How long a caller waits for work.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;

/// Longest, and unless the caller says otherwise: pages and most clients give up after 30 seconds.
const WAIT_MAX: Duration = Duration::from_secs(20);
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What a caller prefers (RFC 7240, 4.1 and 4.3).
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct Patience {
    /// `wait=5` answers after so many seconds at the latest, at most 20, and `respond-async` at once: with 202 if it
    /// goes on
    #[param(rename = "Prefer", example = "wait=5")]
    prefer: Option<String>,
}

impl Patience {
    /// How long to wait.
    pub(crate) fn wait(&self) -> Duration {
        let words = self.prefer.as_deref().unwrap_or_default().to_lowercase();
        let words = || words.split([',', ';']).map(str::trim);
        let wait =
            words().find_map(|word| word.strip_prefix("wait=")?.trim_matches('"').parse().ok());
        match wait {
            Some(seconds) => Duration::from_secs(seconds).min(WAIT_MAX),
            None if words().any(|word| word == "respond-async") => Duration::ZERO,
            None => WAIT_MAX,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Patience {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let lines = parts.headers.get_all(&PREFER).iter();
        let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
        let prefer = (!lines.is_empty()).then(|| lines.join(","));
        Ok(Self { prefer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_wait_as_long_as_they_prefer_and_never_longer_than_most() {
        let wait = |text: &str| {
            let prefer = Some(text.to_owned());
            Patience { prefer }.wait().as_secs()
        };
        assert_eq!(Patience::default().wait(), WAIT_MAX);
        assert_eq!(
            [
                "wait=3",
                "respond-async",
                "respond-async, Wait=7",
                "wait=900",
                "wait=x"
            ]
            .map(wait),
            [3, 0, 7, 20, 20]
        );
    }
}
