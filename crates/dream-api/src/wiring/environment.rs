//! What was made in development never starts in production, nor the other way round (rules 30).

use dream_server::clock::Clock;
use dream_server::demo;
use dream_store::{Db, settings as facts};

use super::master_key;
use crate::failure::Failure;
use crate::settings::groups::{Environment, Settings};

/// Set on a database that was made in production. Development would move its clock and open its doors.
const PRODUCTION: &str = "production";

/// Refuses a data directory of development in production.
pub(super) fn check_folder(settings: &Settings) -> Result<(), Failure> {
    if settings.environment == Environment::Development {
        return Ok(());
    }
    let folder = &settings.data_dir;
    let marks = [master_key::path(folder), demo::path(folder)];
    match marks.iter().find(|mark| mark.exists()) {
        None => Ok(()),
        Some(mark) => {
            let message = format!(
                "The data directory {} was made in development: it holds {}",
                folder.display(),
                mark.display()
            );
            let fix = "set DREAM_DATA_DIR to a new folder for production, or DREAM_ENV=development to go on here";
            Err(Failure::misuse(message).hint(fix))
        }
    }
}

/// Marks a new database with its environment and refuses one of the other. In development, takes over how
/// far business time is ahead.
pub(super) async fn check_database(
    settings: &Settings,
    db: &Db,
    clock: &Clock,
) -> Result<(), Failure> {
    let development = settings.environment == Environment::Development;
    let (ours, other) = if development {
        (facts::DEVELOPMENT, PRODUCTION)
    } else {
        (PRODUCTION, facts::DEVELOPMENT)
    };
    if facts::find(db, other).await?.is_some() {
        return Err(wrong_environment(other));
    }
    facts::put_new(db, ours, "yes").await?;
    if development {
        let ahead = facts::find(db, facts::CLOCK_OFFSET).await?;
        let ahead_ms = ahead.and_then(|text| text.parse().ok());
        clock.set_ahead_ms(ahead_ms.unwrap_or(0));
    }
    Ok(())
}

fn wrong_environment(made_in: &str) -> Failure {
    let message = format!("This database was made in {made_in}");
    let (why, fix) = if made_in == PRODUCTION {
        (
            "development has known keys and open doors",
            "set DREAM_ENV=production, or DREAM_DATA_DIR to another folder",
        )
    } else {
        (
            "its keys and users are for trying out",
            "set DREAM_DATA_DIR or DREAM_DATABASE_URL to a new place for production",
        )
    };
    Failure::misuse(format!("{message}, and {why}")).hint(fix)
}
