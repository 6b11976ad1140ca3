//! `sandbox` and `sandbox reset`.

use std::sync::Arc;

use dream_server::clock::Clock;

use super::consent::agreed;
use crate::cli::{Sandbox, SandboxAction, SandboxReset};
use crate::failure::Failure;
use crate::settings::Loaded;
use crate::settings::groups::{Environment, Settings};
use crate::{output, sandbox, signals, wiring};

/// Runs the sandbox alone, or makes it forget everything.
pub(crate) fn sandbox(loaded: &Loaded, command: &Sandbox) -> Result<(), Failure> {
    if loaded.settings.environment == Environment::Production {
        let message = "The sandbox belongs to development, and env is production";
        return Err(Failure::misuse(message).hint("set DREAM_ENV=development"));
    }
    wiring::check(loaded, false)?;
    match &command.action {
        None => serve(&loaded.settings),
        Some(SandboxAction::Reset(reset)) => self::reset(&loaded.settings, reset),
    }
}

/// Serves until it is told to stop. Alone it has no server's clock to follow, so its time is the machine's.
fn serve(settings: &Settings) -> Result<(), Failure> {
    let (_log, writer) = wiring::start_log(settings.log);
    let served = wiring::block_on(async {
        let mut stop = signals::watch()?;
        wiring::make_folder(&settings.data_dir)?;
        let place = sandbox::place(settings);
        let clock = Clock::default();
        let machine = Arc::new(move || sandbox::seconds(clock.machine()));
        let own = sandbox::start(&place, settings.sandbox_listen, machine);
        let own = own.map_err(sandbox::Refusal::into_failure)?;
        let shown = place.folder().display();
        output::print_lines(&[format!(
            "The sandbox is ready at {} (state in {shown})",
            own.url()
        )])?;
        // An error says that nobody can tell it to stop any more, which is as good.
        let _ = stop.wait_for(|stop| *stop).await;
        own.stop().await;
        Ok(())
    });
    drop(writer);
    served
}

fn reset(settings: &Settings, reset: &SandboxReset) -> Result<(), Failure> {
    let place = sandbox::place(settings);
    let shown = place.folder().display();
    if !place.exists() {
        output::note(&format!("There is nothing to forget in {shown}"));
        return Ok(());
    }
    let held = place.hold().map_err(sandbox::Refusal::into_failure)?;
    let would = format!("Everything in {shown} would be forgotten");
    let question = format!("Forget everything in {shown}? [y/N]");
    if !reset.yes && !agreed(&would, &question)? {
        return Err(Failure::new("Nothing was changed"));
    }
    dream_sandbox::reset(place.folder())
        .map_err(|error| sandbox::Refusal::Start(error).into_failure())?;
    drop(held);
    output::note(&format!("The sandbox in {shown} has forgotten everything"));
    output::note("Accounts that were connected there are unknown to it now; connect them again");
    Ok(())
}
