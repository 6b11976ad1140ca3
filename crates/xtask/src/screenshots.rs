//! `cargo xtask screenshots`: a picture of every page, and those that the README shows.

use crate::failure::{Explain, Failure, Result};
use crate::{output, process, repo};
use std::path::Path;
use std::process::Command;

/// What takes pictures when it is given a folder: every state of the hosted pages, every page of the
/// dashboard, and all of that with the sample data of a first start: a business that is alive.
const SCRIPTS: &[&str] = &["looks.test.js", "dashboard-looks.test.js", "screenshots.js"];

/// Takes the pictures.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the pictures of a business that is alive, among them those of the README
    #[arg(long)]
    alive: bool,
}

/// Builds the binary with its pages and the client, then writes a picture of every page at two widths and
/// in two themes into `target/screenshots`, and those of the README into `docs/images`. Needs npm, and
/// Chromium on the `PATH` or in `DREAM_CHROMIUM`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = repo::target().join("screenshots");
    start_anew(&folder)?;
    let mut build = repo::cargo(&["build", "--package", "dream-api"]);
    build.env_remove("DREAM_WEB");
    must(build, "dream-api could not be built")?;
    let mut client = Command::new("npm");
    client.args(["run", "build", "--workspace", "sdk"]);
    must(client, "the client could not be built")?;
    must(browser(&folder, args)?, "not every picture could be taken")?;
    output::line(&format!("the pictures are in {}", folder.display()));
    Ok(())
}

/// A picture of a page that is gone would look like one of today.
fn start_anew(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).explain("the old pictures could not be removed")?;
    }
    std::fs::create_dir_all(folder).explain("a folder for pictures could not be made")
}

fn browser(folder: &Path, args: &Args) -> Result<Command> {
    let binary = repo::dream_api("debug").canonicalize();
    let binary = binary.explain("dream-api was not built")?;
    let scripts = SCRIPTS
        .iter()
        .filter(|script| !args.alive || !script.ends_with(".test.js"));
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=2"])
        .args(scripts)
        .env("DREAM_BIN", binary)
        .env("DREAM_SCREENSHOTS", folder)
        .env("DREAM_README_IMAGES", repo::root().join("docs/images"))
        .current_dir(repo::root().join("tests/browser"));
    Ok(node)
}

fn must(mut command: Command, otherwise: &str) -> Result<()> {
    if command.get_current_dir().is_none() {
        command.current_dir(repo::root());
    }
    if process::stream(command, |_| ())?.success() {
        return Ok(());
    }
    Err(Failure::new(otherwise))
}
