//! The command line: commands, flags and their help.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help text, which is shown as it is"
)]

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::settings::layers::Flag;

/// Auth, billing and usage limits for what you sell, in one binary.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub(crate) global: Global,
    /// The flags of `serve` when no command is named.
    #[command(flatten)]
    serve: Serve,
    /// None means `serve`.
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  dream-api                                        Start in development, with demo data in ./data
  dream-api --listen 127.0.0.1:0                   Start on a free port
  dream-api project create --name Shop --kind store --json
  dream-api config                                 Show every setting and where it came from

Each setting is a line of dream-api.toml, a variable of the environment or a flag; the later one wins.";

/// Flags that every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Settings file [default: dream-api.toml if it exists] [variable: DREAM_CONFIG]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    pub(crate) config: Option<PathBuf>,
    /// development or production [variable: DREAM_ENV]
    #[arg(long, global = true, value_name = "ENV", help_heading = "Settings")]
    env: Option<String>,
    /// Folder of the database and keys [variable: DREAM_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    data_dir: Option<String>,
    /// sqlite://path or postgres://user@host/name [variable: DREAM_DATABASE_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Settings")]
    database_url: Option<String>,
    /// Any setting by its key, such as limits.connections=500; other users of the machine can see flags, so keep
    /// secrets to the file or the environment
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = pair, help_heading = "Settings")]
    set: Vec<(String, String)>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server; this is also what happens without a command
    Serve(Serve),
    /// Make and list projects
    #[command(subcommand)]
    Project(Project),
    /// Make, list, revoke and rotate keys
    #[command(subcommand)]
    Keys(Keys),
    /// Make tokens of end users
    #[command(subcommand)]
    Token(Token),
    /// Run the stand-in for Stripe alone, without a server
    #[command(args_conflicts_with_subcommands = true, after_help = SANDBOX)]
    Sandbox(Sandbox),
    /// Bring the database up to date and stop
    Migrate(Json),
    /// Check settings, database, disk and clock, and name the next step
    Doctor(Json),
    /// Show every setting, its value and where it came from; secrets are hidden
    Config(Config),
    /// Write the OpenAPI description of the HTTP interface
    Openapi(Openapi),
    /// Write a copy of the SQLite database while the server runs
    Backup(Backup),
    /// Put a copy made by `backup` in the place of the database; the server must not run
    Restore(Restore),
}

/// Flags of `serve`.
#[derive(Debug, Default, Args)]
pub(crate) struct Serve {
    /// Address and port; port 0 takes a free one [default: 127.0.0.1:8787] [variable: DREAM_LISTEN]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// Address that users reach [default: http:// and the listen address] [variable: DREAM_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Let a development server be reached from other machines; its keys are known and its doors are open
    #[arg(long)]
    pub(crate) expose_development: bool,
}

const SANDBOX: &str = "\
A server in development starts the sandbox by itself, on the same address and state. Alone, its time is the machine's.
Its state is in the folder `sandbox` of the data directory; its page and its switches are at the address it prints.";

/// Flags of `sandbox`.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// Address and port of this machine; a taken port is replaced by a free one [default: 127.0.0.1:8788] [variable:
    /// DREAM_SANDBOX_LISTEN]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// None means to serve.
    #[command(subcommand)]
    pub(crate) action: Option<SandboxAction>,
}

/// Commands on the sandbox.
#[derive(Debug, Subcommand)]
pub(crate) enum SandboxAction {
    /// Forget all accounts, payments and events of the sandbox; neither it nor the server may run
    Reset(SandboxReset),
}

/// Arguments of `sandbox reset`.
#[derive(Debug, Args)]
pub(crate) struct SandboxReset {
    /// Forget everything without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Commands on projects.
#[derive(Debug, Subcommand)]
pub(crate) enum Project {
    /// Make a project and print its keys; the secret key is shown this once
    #[command(
        after_help = "Example:\n  dream-api project create --name Shop --kind store --mode test --json"
    )]
    Create(ProjectCreate),
    /// List all projects
    List(Json),
}

/// Flags of `project create`.
#[derive(Debug, Args)]
pub(crate) struct ProjectCreate {
    /// Name that people see
    #[arg(long)]
    pub(crate) name: String,
    /// What it sells; cannot be changed later
    #[arg(long, value_enum)]
    pub(crate) kind: Kind,
    /// E-mail of the developer who owns it [default: the only developer, if there is one]
    #[arg(long, value_name = "EMAIL")]
    pub(crate) owner: Option<String>,
    /// Mode to make keys for
    #[arg(long, value_enum, default_value_t = Mode::Test)]
    pub(crate) mode: Mode,
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
}

/// What a project sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Plans with limits
    Saas,
    /// Products with stock
    Store,
    /// Access for members
    Membership,
}

/// Whether money is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// No real money
    Test,
    /// Real money
    Live,
}

/// Commands on keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a further secret key; it is shown this once
    #[command(after_help = "Example:\n  dream-api keys create pk_test_… --label ci --json")]
    Create(KeysCreate),
    /// End a secret key at once
    Revoke(KeysRevoke),
    /// List the secret keys of a project mode, by their last four characters
    List(KeysList),
    /// Make a new signing key for tokens; the old one verifies until its overlap ends
    RotateSigning(Json),
}

/// Arguments of `keys create`.
#[derive(Debug, Args)]
pub(crate) struct KeysCreate {
    /// Project and mode the key is for
    pub(crate) publishable_key: String,
    /// Name to tell it from others
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
}

/// Arguments of `keys revoke`.
#[derive(Debug, Args)]
pub(crate) struct KeysRevoke {
    /// Id of the key, as `keys list` shows it
    pub(crate) key_id: String,
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
}

/// Arguments of `keys list`.
#[derive(Debug, Args)]
pub(crate) struct KeysList {
    /// Project and mode
    pub(crate) publishable_key: String,
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
}

/// Commands on tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token of an end user, as sign-in would
    #[command(
        after_help = "Example:\n  dream-api token mint --publishable-key pk_test_… --user user_… --seconds 600"
    )]
    Mint(TokenMint),
}

/// Flags of `token mint`.
#[derive(Debug, Args)]
pub(crate) struct TokenMint {
    /// Project and mode of the user
    #[arg(long, value_name = "PK")]
    pub(crate) publishable_key: String,
    /// Id of the end user
    #[arg(long, value_name = "ID")]
    pub(crate) user: String,
    /// How long it lives [default: the setting tokens.user_token_seconds]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) seconds: Option<u32>,
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
}

/// The flag of commands whose answer a script may read.
#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of `config`.
#[derive(Debug, Args)]
pub(crate) struct Config {
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
    /// Print the table of settings for the documentation
    #[arg(long, hide = true, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

/// Flags of `openapi`.
#[derive(Debug, Args)]
pub(crate) struct Openapi {
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// File to write; it must not exist
    pub(crate) file: PathBuf,
    /// How to answer.
    #[command(flatten)]
    pub(crate) output: Json,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// File that `backup` wrote
    pub(crate) file: PathBuf,
    /// Replace the database without asking
    #[arg(long)]
    pub(crate) yes: bool,
}

impl Cli {
    /// The command with everything that was given for it, and the settings given as flags.
    ///
    /// # Errors
    /// A usage error if flags of `serve` were given to another command.
    pub(crate) fn resolve(self) -> Result<(Global, Command, Vec<Flag>), clap::Error> {
        let command = match (self.command, self.serve) {
            (None, serve) => Command::Serve(serve),
            (Some(Command::Serve(given)), before) => Command::Serve(Serve {
                listen: given.listen.or(before.listen),
                public_url: given.public_url.or(before.public_url),
                expose_development: given.expose_development || before.expose_development,
            }),
            (Some(other), before) if before.is_empty() => other,
            (Some(_), _) => {
                let message = "--listen, --public-url and --expose-development belong to `serve`";
                return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
            }
        };
        let flags = flags(&self.global, &command);
        Ok((self.global, command, flags))
    }
}

impl Serve {
    fn is_empty(&self) -> bool {
        self.listen.is_none() && self.public_url.is_none() && !self.expose_development
    }
}

/// Flags as settings; those with a name of their own come after `--set`, so that they win.
fn flags(global: &Global, command: &Command) -> Vec<Flag> {
    let any = global.set.iter().map(|(key, value)| Flag {
        name: format!("--set {key}"),
        key: key.clone(),
        value: value.clone(),
    });
    let (listen, public_url) = match command {
        Command::Serve(serve) => (serve.listen.as_ref(), serve.public_url.as_ref()),
        _ => (None, None),
    };
    let sandbox = match command {
        Command::Sandbox(sandbox) => sandbox.listen.as_ref(),
        _ => None,
    };
    let named = [
        ("--env", "env", global.env.as_ref()),
        ("--data-dir", "data_dir", global.data_dir.as_ref()),
        (
            "--database-url",
            "database_url",
            global.database_url.as_ref(),
        ),
        ("--listen", "listen", listen),
        ("--public-url", "public_url", public_url),
        ("--listen", "sandbox.listen", sandbox),
    ];
    let named = named.into_iter().filter_map(|(name, key, value)| {
        let value = value?.clone();
        Some(Flag {
            name: name.to_owned(),
            key: key.to_owned(),
            value,
        })
    });
    any.chain(named).collect()
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE, such as limits.connections=500".to_owned()),
    }
}
