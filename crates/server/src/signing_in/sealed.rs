//! What a one-time token remembers: JSON, sealed and bound to its row.

use dream_domain::error::{Code, Result};
use dream_domain::id::OneTimeId;
use dream_store::one_time::Pending;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;

/// What is stored for the token of this id.
pub(crate) fn seal<T: Serialize>(app: &App, id: &OneTimeId, remembered: &T) -> Result<String> {
    let plain = serde_json::to_vec(remembered).map_err(|e| {
        Code::Internal
            .error("A one-time token could not be written")
            .because(e)
    })?;
    app.master
        .seal(&app.random, &belongs_to(id.as_str()), &plain)
}

/// What was stored with a token.
pub(crate) fn open<T: DeserializeOwned>(app: &App, token: &Pending) -> Result<T> {
    let plain = app.master.open(&belongs_to(&token.id), &token.payload)?;
    serde_json::from_slice(&plain).map_err(|e| {
        Code::Internal
            .error("A stored one-time token is damaged")
            .because(e)
    })
}

fn belongs_to(id: &str) -> String {
    format!("one_time_tokens/{id}")
}
