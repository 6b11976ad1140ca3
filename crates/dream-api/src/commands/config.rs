//! `config`: every setting, its value and where it came from.

use serde_json::json;

use crate::cli::Config;
use crate::failure::Failure;
use crate::output;
use crate::settings::Loaded;
use crate::settings::schema::{Schema, markdown};
use crate::settings::show::Row;

/// Prints the settings; secrets are hidden.
pub(crate) fn config(loaded: &Loaded, config: &Config) -> Result<(), Failure> {
    if config.markdown {
        output::print_text(&markdown(&Schema::embedded()?))?;
    } else if config.output.json {
        let rows: Vec<_> = loaded.rows.iter().map(Row::json).collect();
        let file = loaded.file.as_ref().map(|file| file.display().to_string());
        output::print_json(&json!({"file": file, "settings": rows}))?;
    } else {
        let rows: Vec<_> = loaded.rows.iter().map(Row::columns).collect();
        output::print_table(["SETTING", "VALUE", "SOURCE"], &rows)?;
    }
    Ok(())
}
