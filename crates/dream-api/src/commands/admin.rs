//! Commands on projects, keys and tokens: done by the running server, or here when none runs (rules 16).

mod show;

use dream_server::admin::{self, Command};
use dream_server::log::Log;
use serde_json::Value;

use crate::cli::{Json, Keys, Kind, Mode, Project, ProjectCreate, Token};
use crate::failure::Failure;
use crate::output;
use crate::settings::Loaded;
use crate::settings::groups::{self, Settings};
use crate::wiring::{self, Addresses, Opened};

/// `project create` and `project list`.
pub(crate) fn project(loaded: &Loaded, project: &Project) -> Result<(), Failure> {
    match project {
        Project::Create(create) => {
            let made = run(loaded, project_create(create))?;
            answer(&create.output, &made, show::project)?;
            output::note("The secret key is shown this once; keep it now");
            Ok(())
        }
        Project::List(json) => answer(json, &run(loaded, Command::ProjectList)?, show::projects),
    }
}

/// `keys create`, `keys revoke`, `keys list` and `keys rotate-signing`.
pub(crate) fn keys(loaded: &Loaded, keys: &Keys) -> Result<(), Failure> {
    match keys {
        Keys::Create(create) => {
            let command = Command::KeysCreate {
                publishable_key: create.publishable_key.clone(),
                label: create.label.clone(),
            };
            answer(&create.output, &run(loaded, command)?, show::new_key)?;
            output::note("The secret key is shown this once; keep it now");
            Ok(())
        }
        Keys::Revoke(revoke) => {
            let key_id = revoke.key_id.clone();
            let revoked = run(loaded, Command::KeysRevoke { key_id })?;
            answer(&revoke.output, &revoked, show::revoked)
        }
        Keys::List(list) => {
            let publishable_key = list.publishable_key.clone();
            let keys = run(loaded, Command::KeysList { publishable_key })?;
            answer(&list.output, &keys, show::keys)
        }
        Keys::RotateSigning(json) => {
            let rotated = run(loaded, Command::KeysRotateSigning)?;
            answer(json, &rotated, show::rotated)
        }
    }
}

/// `token mint`.
pub(crate) fn token(loaded: &Loaded, token: &Token) -> Result<(), Failure> {
    let Token::Mint(mint) = token;
    let command = Command::TokenMint {
        publishable_key: mint.publishable_key.clone(),
        user: mint.user.clone(),
        seconds: mint.seconds,
    };
    answer(&mint.output, &run(loaded, command)?, show::token)
}

/// Lets the running server do it, or does it on the database itself.
pub(super) fn run(loaded: &Loaded, command: Command) -> Result<Value, Failure> {
    let settings = &loaded.settings;
    wiring::block_on(async {
        if let Some(done) = wiring::ask_server(loaded, command.clone()).await? {
            return Ok(done);
        }
        wiring::check(loaded, true)?;
        let opened = wiring::open(settings).await?;
        let done = alone(settings, &opened, command).await;
        opened.db.close().await;
        done
    })
}

/// Answers in JSON, or for people.
pub(super) fn answer(
    json: &Json,
    value: &Value,
    show: fn(&Value) -> Vec<String>,
) -> Result<(), Failure> {
    if json.json {
        output::print_json(value)?;
    } else {
        output::print_lines(&show(value))?;
    }
    Ok(())
}

async fn alone(settings: &Settings, opened: &Opened, command: Command) -> Result<Value, Failure> {
    let has_address = settings.public_url.is_some() || settings.listen.port() != 0;
    if matches!(command, Command::TokenMint { .. }) && !has_address {
        // The address is the issuer of the token.
        return Err(
            Failure::misuse("The server's address is not known while it does not run")
                .hint("start the server first, or set DREAM_PUBLIC_URL"),
        );
    }
    let addresses = Addresses {
        public_url: settings.public_url_at(settings.listen),
        local_url: groups::local_url(settings.listen),
        sandbox: None,
    };
    let app = wiring::app(settings, opened, addresses, Log::none()).await?;
    Ok(admin::run(&app, command).await?)
}

fn project_create(create: &ProjectCreate) -> Command {
    let kind = match create.kind {
        Kind::Saas => "saas",
        Kind::Store => "store",
        Kind::Membership => "membership",
    };
    let mode = match create.mode {
        Mode::Test => "test",
        Mode::Live => "live",
    };
    Command::ProjectCreate {
        name: create.name.clone(),
        kind: kind.to_owned(),
        mode: mode.to_owned(),
        owner: create.owner.clone(),
    }
}
