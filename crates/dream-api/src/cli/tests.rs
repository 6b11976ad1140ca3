use super::*;

fn resolve(line: &str) -> Result<(Global, Command, Vec<Flag>), clap::Error> {
    Cli::try_parse_from(line.split(' ')).and_then(Cli::resolve)
}

#[test]
fn definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn no_command_means_serve() {
    let (_, command, flags) = resolve("dream-api --listen 127.0.0.1:0 --env production").unwrap();
    assert!(matches!(command, Command::Serve(_)));
    let seen: Vec<_> = flags
        .iter()
        .map(|flag| (flag.key.as_str(), flag.value.as_str()))
        .collect();
    assert_eq!(seen, [("env", "production"), ("listen", "127.0.0.1:0")]);
}

#[test]
fn global_flags_work_before_and_after_the_command() {
    for line in [
        "dream-api --data-dir x doctor --json",
        "dream-api doctor --json --data-dir x",
    ] {
        let (_, command, flags) = resolve(line).unwrap();
        assert!(matches!(command, Command::Doctor(Json { json: true })));
        assert_eq!(flags[0].value, "x");
    }
}

#[test]
fn serve_flags_of_another_command_are_refused() {
    assert!(resolve("dream-api --listen 127.0.0.1:0 migrate").is_err());
    assert!(resolve("dream-api --expose-development serve").is_ok());
}

#[test]
fn set_takes_any_setting_and_named_flags_win() {
    let (_, _, flags) =
        resolve("dream-api --env production --set env=development --set a.b=c=d").unwrap();
    let seen: Vec<_> = flags
        .iter()
        .map(|flag| (flag.name.as_str(), flag.value.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("--set env", "development"),
            ("--set a.b", "c=d"),
            ("--env", "production")
        ]
    );
    assert!(resolve("dream-api --set nonsense").is_err());
}

#[test]
fn every_command_of_the_guide_parses() {
    for line in [
        "dream-api project create --name A --kind saas --owner a@b.org --mode live --json",
        "dream-api project list --json",
        "dream-api keys create pk_test_x --label ci --json",
        "dream-api keys revoke key_x --json",
        "dream-api keys list pk_test_x",
        "dream-api keys rotate-signing --json",
        "dream-api token mint --publishable-key pk_test_x --user user_x --seconds 60 --json",
        "dream-api migrate --json",
        "dream-api config --markdown",
        "dream-api openapi --output openapi.json",
        "dream-api backup copy.db --json",
        "dream-api restore copy.db --yes",
    ] {
        assert!(resolve(line).is_ok(), "{line}");
    }
}
