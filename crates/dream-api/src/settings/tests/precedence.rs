use std::path::Path;
use std::time::Duration;

use super::super::address::DatabaseUrl;
use super::super::groups::{Environment, LogFormat};
use super::super::layers::Layers;
use super::super::problem::Source;
use super::super::read::Reader;
use super::super::schema::Schema;
use super::super::secret::DOTS;
use super::super::typed;
use super::{from, from_env};

#[test]
fn defaults_are_what_the_file_says() {
    let loaded = from_env(&[]).unwrap();
    let settings = &loaded.settings;
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8787");
    assert_eq!(settings.sandbox_listen.to_string(), "127.0.0.1:8788");
    assert_eq!(
        settings.public_url_at(settings.listen),
        "http://127.0.0.1:8787"
    );
    let file = match &settings.database {
        DatabaseUrl::Sqlite(path) => path.as_path(),
        DatabaseUrl::Postgres(_) => panic!("the default is a file"),
    };
    assert_eq!(file, Path::new("./data/dream-api.db"));
    assert_eq!(settings.log.format, LogFormat::Auto);
    assert_eq!(settings.http.max_body_bytes, 1024 * 1024 + 64 * 1024);
    assert_eq!(settings.tokens.user_token, Duration::from_hours(1));
    assert_eq!(settings.limits.per_user_per_minute, 100);
    assert!(settings.operator_emails.is_empty() && settings.master_key.is_none());
    assert!(loaded.rows.iter().all(|row| row.source == Source::Default));
}

#[test]
fn every_setting_is_read() {
    let schema = Schema::embedded().unwrap();
    let layers = Layers::defaults(&schema);
    let mut reader = Reader::new(&schema, &layers.values);
    assert!(typed::settings(&mut reader).is_some());
    assert!(reader.problems.is_empty(), "{:?}", reader.problems);
    let known: Vec<&String> = schema.settings.iter().map(|setting| &setting.key).collect();
    let unread: Vec<_> = known
        .iter()
        .filter(|key| !reader.asked.contains(**key))
        .collect();
    let missing: Vec<_> = reader
        .asked
        .iter()
        .filter(|key| !known.contains(key))
        .collect();
    assert!(unread.is_empty(), "nothing reads {unread:?}");
    assert!(missing.is_empty(), "the file of defaults lacks {missing:?}");
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let file = "data_dir = \"file\"\n[limits]\nconnections = 1\nusage_queue = 2\nper_user_per_minute = 3\n";
    let env = [
        ("DREAM_LIMITS_USAGE_QUEUE", "20"),
        ("DREAM_LIMITS_PER_USER_PER_MINUTE", "30"),
    ];
    let flags = [("limits.per_user_per_minute", "300")];
    let loaded = from(Some(file), &env, &flags).unwrap();
    let limits = loaded.settings.limits;
    assert_eq!(
        (
            limits.connections,
            limits.usage_queue,
            limits.per_user_per_minute
        ),
        (1, 20, 300)
    );
    assert_eq!(limits.requests_in_flight, 8192);
    assert!(matches!(
        loaded.source("limits.connections"),
        Source::File { line: 3, .. }
    ));
    assert_eq!(
        loaded.source("limits.usage_queue"),
        Source::Environment("DREAM_LIMITS_USAGE_QUEUE".to_owned())
    );
    assert_eq!(
        loaded.source("limits.per_user_per_minute"),
        Source::Flag("--set limits.per_user_per_minute".to_owned())
    );
    assert_eq!(loaded.source("limits.requests_in_flight"), Source::Default);
}

#[test]
fn lists_are_arrays_in_the_file_and_commas_in_the_environment() {
    let both = ["10.0.0.0/8", "192.0.2.7/32"];
    let seen = |loaded: super::Loaded| {
        let proxies = loaded.settings.http.trusted_proxies;
        proxies
            .iter()
            .map(|cidr| format!("{}/{}", cidr.network, cidr.prefix))
            .collect::<Vec<_>>()
    };
    let file = "[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"192.0.2.7\"]\n";
    assert_eq!(seen(from(Some(file), &[], &[]).unwrap()), both);
    let env = [("DREAM_HTTP_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,")];
    assert_eq!(seen(from_env(&env).unwrap()), both);
}

#[test]
fn an_empty_variable_unsets_what_the_file_sets() {
    let file = "public_url = \"http://localhost:1\"\n[operator]\nemails = [\"Ann@Example.org\"]\n";
    let set = from(Some(file), &[], &[]).unwrap().settings;
    assert_eq!(set.public_url.unwrap().as_str(), "http://localhost:1");
    assert_eq!(set.operator_emails, ["ann@example.org"]);
    let env = [("DREAM_PUBLIC_URL", ""), ("DREAM_OPERATOR_EMAILS", "")];
    let unset = from(Some(file), &env, &[]).unwrap().settings;
    assert!(unset.public_url.is_none() && unset.operator_emails.is_empty());
}

#[test]
fn blanks_around_a_variable_do_not_count() {
    let loaded = from_env(&[
        ("DREAM_LISTEN", " 127.0.0.1:1\n"),
        ("DREAM_LIMITS_CONNECTIONS", " 7 "),
    ])
    .unwrap();
    assert_eq!(loaded.settings.listen.port(), 1);
    assert_eq!(loaded.settings.limits.connections, 7);
}

#[test]
fn keys_in_pem_keep_their_lines_however_they_are_written() {
    let lines = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----";
    for text in [lines.to_owned(), lines.replace('\n', "\\n")] {
        let loaded = from_env(&[("CLERK_JWT_KEY", &text)]).unwrap();
        assert_eq!(loaded.settings.clerk.live.jwt_key.as_deref(), Some(lines));
    }
}

#[test]
fn names_of_others_are_left_alone() {
    let env = [
        ("DREAM_TEST_SLOW", "1"),
        ("DREAM_WEB", "skip"),
        ("DREAM_BIN", "x"),
        ("DREAM_API_SECRET_KEY", "sk_test_x"),
        ("STRIPE_CLI_DEVICE", "x"),
        ("PATH", "/bin"),
    ];
    assert!(from_env(&env).unwrap().warnings.is_empty());
}

#[test]
fn a_nearly_right_name_of_a_provider_is_mentioned() {
    let loaded = from_env(&[("STRIPE_TEST_SECRET_KEY", "sk_test_x")]).unwrap();
    assert_eq!(
        loaded.warnings[0].fix,
        "did you mean `STRIPE_SECRET_KEY_TEST`?"
    );
}

#[test]
fn rows_hide_secrets_and_fill_in_what_follows() {
    let env = [
        ("STRIPE_SECRET_KEY_TEST", "sk_test_visible"),
        ("STRIPE_WEBHOOK_SECRET_TEST", "whsec_visible,whsec_visible2"),
        ("DREAM_DATABASE_URL", "postgres://ann:visible@db/x"),
    ];
    let loaded = from_env(&env).unwrap();
    let columns: Vec<_> = loaded
        .rows
        .iter()
        .map(super::super::show::Row::columns)
        .collect();
    let of = |key: &str| columns.iter().find(|row| row[0] == key).unwrap()[1].clone();
    assert_eq!(of("stripe.secret_key_test"), format!("{DOTS} (set)"));
    assert_eq!(of("stripe.secret_key"), "(not set)");
    assert_eq!(of("database_url"), format!("postgres://ann:{DOTS}@db/x"));
    assert_eq!(of("public_url"), "http://127.0.0.1:8787");
    assert_eq!(of("assets_url"), "file://./data/assets");
    let json: Vec<_> = loaded
        .rows
        .iter()
        .map(super::super::show::Row::json)
        .collect();
    let everything = format!(
        "{columns:?}{}{:?}",
        serde_json::to_string(&json).unwrap(),
        loaded.settings
    );
    assert!(!everything.contains("visible"), "{everything}");
}

#[test]
fn public_url_follows_the_bound_address() {
    let at = |address: &str| {
        from_env(&[])
            .unwrap()
            .settings
            .public_url_at(address.parse().unwrap())
    };
    assert_eq!(at("127.0.0.1:4000"), "http://127.0.0.1:4000");
    assert_eq!(at("0.0.0.0:4000"), "http://127.0.0.1:4000");
    assert_eq!(at("[::]:4000"), "http://[::1]:4000");
    let set = from_env(&[("DREAM_PUBLIC_URL", "http://localhost:9/")])
        .unwrap()
        .settings;
    assert_eq!(
        set.public_url_at("127.0.0.1:4000".parse().unwrap()),
        "http://localhost:9"
    );
}
