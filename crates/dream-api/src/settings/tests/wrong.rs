use super::super::problem::{Problem, Source};
use super::{about, from, from_env};

/// The problems of settings that must not load.
fn problems(file: Option<&str>, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Vec<Problem> {
    match from(file, env, flags) {
        Ok(_) => panic!("these settings load"),
        Err(error) => error.problems,
    }
}

#[test]
fn unknown_names_are_refused_with_a_suggestion_and_all_at_once() {
    let file = "lisen = \"x\"\n\n[http]\nconnections = 5\n[weather]\n";
    let env = [
        ("DREAM_LISTN", "x"),
        ("DREAM_STRIPE_SECRET_KEY", "x"),
        ("DREAM_WEATHER", "x"),
    ];
    let found = problems(Some(file), &env, &[("limit.connections", "5")]);
    for (name, fix) in [
        ("lisen", "did you mean `listen`?"),
        ("http.connections", "did you mean `limits.connections`?"),
        (
            "weather",
            "remove it; `dream-api config` lists every setting",
        ),
        ("DREAM_LISTN", "did you mean `DREAM_LISTEN`?"),
        (
            "DREAM_STRIPE_SECRET_KEY",
            "did you mean `STRIPE_SECRET_KEY`?",
        ),
        (
            "DREAM_WEATHER",
            "remove it; `dream-api config` lists every setting",
        ),
        ("limit.connections", "did you mean `limits.connections`?"),
    ] {
        assert_eq!(about(&found, name).fix, fix, "{name}");
    }
    assert_eq!(found.len(), 7);
    assert!(matches!(
        about(&found, "http.connections").source,
        Source::File { line: 4, .. }
    ));
}

#[test]
fn wrong_types_name_what_was_expected() {
    let file = "listen = 8787\nenv = true\n[limits]\nconnections = \"many\"\nusage_queue = 1.5\n[operator]\nemails = [1]\n";
    let found = problems(
        Some(file),
        &[
            ("DREAM_DATABASE_POOL_SIZE", "x"),
            ("DREAM_LIMITS_CONNECTIONS", ""),
        ],
        &[],
    );
    assert_eq!(
        about(&found, "listen").message,
        "takes a text in quotes, not a number"
    );
    assert_eq!(
        about(&found, "env").message,
        "takes a text in quotes, not true or false"
    );
    assert_eq!(
        about(&found, "limits.usage_queue").message,
        "takes a whole number, not a number with a fraction"
    );
    assert_eq!(
        about(&found, "operator.emails").message,
        "takes a list of texts, not a list of something else than texts"
    );
    assert_eq!(
        about(&found, "database.pool_size").message,
        "takes a whole number, not this text"
    );
    assert_eq!(
        found
            .iter()
            .filter(|problem| problem.setting == "limits.connections")
            .count(),
        2
    );
}

#[test]
fn values_out_of_range_are_refused() {
    for (name, value) in [
        ("DREAM_ENV", "prod"),
        ("DREAM_ENV", ""),
        ("DREAM_LISTEN", "localhost:8787"),
        ("DREAM_LISTEN", ""),
        ("DREAM_SANDBOX_LISTEN", "8788"),
        ("DREAM_PUBLIC_URL", "example.org"),
        ("DREAM_PUBLIC_URL", "https://example.org/path"),
        ("DREAM_DATA_DIR", ""),
        ("DREAM_DATA_DIR", "~/data"),
        ("DREAM_DATA_DIR", "a\u{7}b"),
        ("DREAM_DATA_DIR", "a\u{fffd}b"),
        ("DREAM_PUBLIC_URL", "http://local\nhost"),
        ("DREAM_OPERATOR_EMAILS", "ann@example.org\nBcc: x"),
        ("DREAM_DATABASE_URL", "mysql://h/d"),
        ("DREAM_MASTER_KEY", "too short"),
        ("DREAM_MASTER_KEY", "c2hvcnQ="),
        ("FRONTEND_URL", "ftp://x.org"),
        ("DREAM_ASSETS_URL", "./assets"),
        ("DREAM_ASSETS_URL", "s3://"),
        ("DREAM_ASSETS_URL", "s3://bucket/a/../b"),
        ("DREAM_ASSETS_ENDPOINT", "s3.example.org"),
        ("DREAM_ASSETS_REGION", ""),
        ("DREAM_SMTP_URL", "mail.example.org"),
        ("STRIPE_API_BASE", ""),
        ("STRIPE_CLIENT_ID", "acct_1"),
        ("STRIPE_WEBHOOK_SECRET", "sk_live_1"),
        ("STRIPE_PRICE_ID", "prod_1"),
        ("CLERK_JWT_KEY", "key"),
        ("DREAM_OPERATOR_EMAILS", "ann"),
        ("DREAM_LOG_LEVEL", "loud"),
        ("DREAM_LOG_FORMAT", "xml"),
        ("DREAM_LIMITS_CONNECTIONS", "-1"),
        ("DREAM_LIMITS_USAGE_QUEUE", "0"),
        ("DREAM_HTTP_HEADER_TIMEOUT_SECONDS", "0"),
        ("DREAM_HTTP_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("DREAM_HTTP_MAX_BODY_BYTES", "99999999999"),
        ("DREAM_TOKENS_USER_TOKEN_SECONDS", "0"),
    ] {
        let found = problems(None, &[(name, value)], &[]);
        assert_eq!(found.len(), 1, "{name}={value}: {found:?}");
        assert_eq!(found[0].source, Source::Environment(name.to_owned()));
        assert!(!found[0].fix.is_empty());
    }
}

#[test]
fn problems_never_show_a_secret() {
    let file = "master_key = visible\nsmtp_url = \"visible\"\n[stripe]\nsecret_key = [\"visible\"]\nwebhook_secret = [\"visible\"]\n";
    let env = [
        ("DREAM_MASTER_KEY", "visible!"),
        ("DREAM_DATABASE_URL", "mysql://a:visible@h/d"),
    ];
    let found = problems(Some(file), &env, &[("metrics.token", "visible \u{7}")]);
    assert!(found.len() >= 6, "{found:?}");
    assert!(!format!("{found:?}").contains("visible"), "{found:?}");
}

#[test]
fn syntax_errors_name_the_line() {
    let found = problems(Some("env = \"development\"\nlisten = = 1\n"), &[], &[]);
    assert!(
        matches!(found[0].source, Source::File { line: 2, .. }),
        "{found:?}"
    );
    let found = problems(
        Some("env = \"production\"\nenv = \"development\"\n"),
        &[],
        &[],
    );
    assert!(found[0].message.contains("duplicate key"), "{found:?}");
}

#[test]
fn a_named_file_must_exist() {
    let missing = [("DREAM_CONFIG", "no/such/file.toml")];
    let found = problems(None, &missing, &[]);
    assert_eq!(
        found[0].source,
        Source::Environment("DREAM_CONFIG".to_owned())
    );
    assert!(from_env(&[("DREAM_CONFIG", "")]).is_ok());
}

#[test]
fn messages_read_well() {
    let found = problems(
        None,
        &[("DREAM_LISTEN", "localhost:80"), ("DREAM_LISTN", "x")],
        &[],
    );
    assert_eq!(
        about(&found, "listen").to_string(),
        "`listen` (DREAM_LISTEN) holds `localhost:80`, which is not an IP address with a port"
    );
    assert_eq!(
        about(&found, "DREAM_LISTN").to_string(),
        "`DREAM_LISTN` is no variable of this server"
    );
}
