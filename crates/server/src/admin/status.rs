//! What a running server says of itself to `doctor`.

use dream_domain::error::Result;
use dream_store::settings;
use serde_json::{Value, json};

use crate::app::App;
use crate::config::Environment;

/// Writes to the database on the way, so that an answer means that calls can be counted.
pub(super) async fn status(app: &App) -> Result<Value> {
    let now = app.clock.machine();
    settings::probe(&app.db, now).await?;
    let environment = match app.config.environment {
        Environment::Development => "development",
        Environment::Production => "production",
    };
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "process": std::process::id(),
        "environment": environment,
        "publicUrl": app.config.public_url,
        "engine": app.db.engine(),
        "machineTime": now.0,
        "businessTimeAheadMs": app.clock.ahead_ms(),
        "logLinesDropped": app.log.dropped(),
    }))
}
