//! Errors in the shape that Stripe answers them.

use serde_json::{Value, json};

/// The result of everything that an API call does.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

/// One refused call. `message` is shown to whoever called.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: Option<&'static str>,
    pub(crate) decline_code: Option<&'static str>,
    pub(crate) param: Option<String>,
    pub(crate) message: String,
    /// Whether the call began to run, so that its idempotency key is used up.
    pub(crate) began: bool,
    /// Whether what the call wrote stays, as the record of a declined card does.
    pub(crate) keeps_work: bool,
}

impl Problem {
    /// 400, an invalid request that has no code of its own.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: None,
            decline_code: None,
            param: None,
            message: message.into(),
            began: true,
            keeps_work: false,
        }
    }

    /// 400, a parameter that cannot be read: nothing ran.
    pub(crate) fn parameter(code: Option<&'static str>, param: &str, message: String) -> Self {
        Self {
            code,
            param: Some(param.to_owned()),
            began: false,
            ..Self::invalid(message)
        }
    }

    /// 404, no such object for this account on this side.
    pub(crate) fn missing(noun: &str, id: &str, param: &str) -> Self {
        Self {
            status: 404,
            code: Some("resource_missing"),
            param: Some(param.to_owned()),
            ..Self::invalid(format!("No such {noun}: '{id}'"))
        }
    }

    /// 401, no key or not one of ours.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self {
            status: 401,
            began: false,
            ..Self::invalid(message)
        }
    }

    /// 402, a card that was not charged.
    pub(crate) fn card(code: &'static str, decline: Option<&'static str>, message: &str) -> Self {
        Self {
            status: 402,
            kind: "card_error",
            code: Some(code),
            decline_code: decline,
            keeps_work: true,
            ..Self::invalid(message)
        }
    }

    /// 500, our own fault; the cause goes to the log only.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "the sandbox failed");
        Self {
            status: 500,
            kind: "api_error",
            began: false,
            ..Self::invalid("An unknown error occurred")
        }
    }

    pub(crate) fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(crate) fn with_param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The body: `{"error": {…}}`.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = code.into();
            error["doc_url"] = format!(
                "https://stripe.com/docs/error-codes/{}",
                code.replace('_', "-")
            )
            .into();
        }
        if let Some(code) = self.decline_code {
            error["decline_code"] = code.into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error)
    }
}
