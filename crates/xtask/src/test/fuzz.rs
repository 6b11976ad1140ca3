//! The schemathesis step: random calls after openapi.json against the started binary.

use super::{Run, step};
use crate::failure::{Explain, Result};
use crate::instance::Instance;
use crate::{process, repo};
use std::path::PathBuf;
use std::process::Command;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Bounds the run: calls per operation.
const EXAMPLES_MAX: &str = "50";

/// Installs schemathesis if it is missing, starts the binary with demo data and lets one loose on the other.
pub(super) fn run(run: &mut Run) -> Result<()> {
    let binary = step::build_binary(run)?;
    let program = installed(run)?;
    let server = Instance::start(Command::new(binary))?;
    let key = server.demo("/saas/secretKey")?;
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg(format!("http://{}/openapi.json", server.address()?))
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--header", "X-User-Id: schemathesis"])
        .args(["--checks", CHECKS])
        .args(["--max-examples", EXAMPLES_MAX, "--no-color"])
        .current_dir(repo::target());
    run.command(command)
}

/// The program, in a virtual environment of its own below the target directory.
fn installed(run: &mut Run) -> Result<PathBuf> {
    let venv = repo::target().join("venv");
    let program = venv.join("bin/schemathesis");
    if program.is_file() {
        return Ok(program);
    }
    let mut create = Command::new("python3");
    create.args(["-m", "venv"]).arg(&venv);
    process::quiet(create).explain("Python 3 with its venv module is needed")?;
    let mut install = Command::new(venv.join("bin/pip"));
    install.args(["install", "--quiet", "schemathesis>=4,<5"]);
    run.command(install)?;
    Ok(program)
}
