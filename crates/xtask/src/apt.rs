//! Installing what the tests need with apt-get, where this user may.

use crate::failure::{Explain, Failure, Result};
use crate::{output, process};
use std::process::Command;

/// Installs a package of the system; where that cannot be, the failure says how a person does it.
pub(crate) fn install(package: &str, how: &'static str) -> Result<()> {
    if !(is_root()? && process::works("apt-get", &["--version"])) {
        return Err(Failure::new(how));
    }
    output::line(&format!("{package} is missing: installing it with apt-get"));
    for arguments in [&["update"][..], &["install", "--yes", package][..]] {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        process::quiet(apt).explain(how)?;
    }
    Ok(())
}

/// Whether this user may install packages.
pub(crate) fn is_root() -> Result<bool> {
    Ok(id(&["-u"])? == 0)
}

/// What `id` says, such as the number of this user.
pub(crate) fn id(arguments: &[&str]) -> Result<u32> {
    let mut command = Command::new("id");
    command.args(arguments);
    process::quiet(command)?
        .trim()
        .parse()
        .explain("id printed no number")
}
