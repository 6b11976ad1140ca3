use super::super::check::{Findings, findings};
use super::super::problem::Problem;
use super::{about, from_env};

const KEY: &str = "q83vEjRWeJCrze8SNFZ4kAEjRWeJq83v/ty6mHZUMhA=";

/// Variables that production starts with.
const PRODUCTION: [(&str, &str); 6] = [
    ("DREAM_ENV", "production"),
    ("DREAM_MASTER_KEY", KEY),
    ("DREAM_PUBLIC_URL", "https://api.example.org"),
    ("DREAM_OPERATOR_EMAILS", "ann@example.org"),
    ("DREAM_SMTP_URL", "smtps://u:p@mail.example.org:465"),
    ("DREAM_MAIL_FROM_ADDRESS", "no-reply@example.org"),
];

pub(super) fn check(env: &[(&str, &str)]) -> Findings {
    findings(&from_env(env).unwrap(), false)
}

/// What production finds when some variables are added or replaced; an empty value removes one.
fn production(changes: &[(&str, &str)]) -> Findings {
    let kept = PRODUCTION
        .iter()
        .filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let env: Vec<_> = kept.chain(changes).copied().collect();
    check(&env)
}

pub(super) fn refusal(changes: &[(&str, &str)], setting: &str) -> Problem {
    about(&production(changes).refusals, setting).clone()
}

#[test]
fn development_starts_with_nothing_set() {
    let found = check(&[]);
    assert!(found.refusals.is_empty() && found.warnings.is_empty());
    assert_eq!(found.limits_off, ["limits.per_secret_key_per_minute"]);
}

#[test]
fn production_starts_with_what_it_needs() {
    let found = production(&[]);
    assert!(
        found.refusals.is_empty() && found.warnings.is_empty(),
        "{found:?}"
    );
    let stripe = production(&[
        ("STRIPE_SECRET_KEY", "rk_live_x"),
        ("STRIPE_CLIENT_ID", "ca_x"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_a,whsec_b"),
        ("STRIPE_PRICE_ID", "price_x"),
        ("STRIPE_PLATFORM_WEBHOOK_SECRET", "whsec_c"),
        ("CLERK_SECRET_KEY", "sk_live_x"),
        ("CLERK_WEBHOOK_SECRET", "whsec_d"),
    ]);
    assert!(
        stripe.refusals.is_empty() && stripe.warnings.is_empty(),
        "{stripe:?}"
    );
}

#[test]
fn production_with_nothing_else_names_all_that_is_missing() {
    let found = check(&[("DREAM_ENV", "production")]);
    assert!(
        about(&found.refusals, "master_key")
            .fix
            .contains("openssl rand -base64 32")
    );
    assert!(
        about(&found.refusals, "public_url")
            .fix
            .contains("DREAM_PUBLIC_URL=https://")
    );
    assert_eq!(found.refusals.len(), 2);
    assert!(
        about(&found.warnings, "operator.emails")
            .fix
            .contains("DREAM_OPERATOR_EMAILS")
    );
    assert!(
        about(&found.warnings, "smtp_url")
            .fix
            .contains("DREAM_SMTP_URL")
    );
}

#[test]
fn mail_without_an_address_of_its_own_is_warned_about() {
    let found = production(&[("DREAM_MAIL_FROM_ADDRESS", "")]);
    let warning = about(&found.warnings, "mail.from_address");
    assert!(
        warning.message.contains("no-reply@api.example.org")
            && warning.fix.contains("DREAM_MAIL_FROM_ADDRESS")
    );
    let without_relay = production(&[("DREAM_MAIL_FROM_ADDRESS", ""), ("DREAM_SMTP_URL", "")]);
    assert_eq!(without_relay.warnings.len(), 1);
}

#[test]
fn mail_settings_are_read_and_their_secrets_are_not_shown() {
    let read = |name: &str, value: &str| from_env(&[(name, value)]);
    for (name, bad) in [
        ("DREAM_SMTP_URL", "smtp.example.org:465"),
        ("DREAM_SMTP_URL", "https://user:hidden@smtp.example.org"),
        ("DREAM_SMTP_URL", "smtps://user:hidden@smtp.example.org/x"),
        ("DREAM_SMTP_URL", "smtps://user@smtp.example.org"),
        ("DREAM_MAIL_FROM_ADDRESS", "nobody"),
        ("DREAM_MAIL_FROM_ADDRESS", "A <a@example.org>"),
        ("DREAM_MAIL_FROM_NAME", "a\nBcc: b@example.org"),
    ] {
        let wrong = format!("{:?}", read(name, bad).err().unwrap());
        assert!(!wrong.contains("hidden"), "{wrong}");
    }
    let loaded = read("DREAM_SMTP_URL", "smtps://user:hidden@smtp.example.org").unwrap();
    let shown = format!("{:?}", loaded.settings);
    assert!(shown.contains("smtp.example.org:465") && !shown.contains("hidden"));
    let from = |url: &str| loaded.settings.mail_from(url);
    assert_eq!(from("https://api.example.org"), "no-reply@api.example.org");
    assert_eq!(from("http://127.0.0.1:8787"), "no-reply@localhost");
    assert_eq!(from("http://[::1]:8787"), "no-reply@localhost");
}

#[test]
fn half_a_google_client_is_refused() {
    let (id, secret) = ("DREAM_GOOGLE_CLIENT_ID", "DREAM_GOOGLE_CLIENT_SECRET");
    let problem = refusal(
        &[(id, "a.apps.googleusercontent.com")],
        "google.client_secret",
    );
    assert!(problem.fix.contains(secret), "{problem:?}");
    let problem = refusal(&[(secret, "hidden")], "google.client_id");
    assert!(problem.fix.contains(id) && !format!("{problem:?}").contains("hidden"));
    let loaded = from_env(&[(id, "a"), (secret, "hidden")]).unwrap();
    assert!(findings(&loaded, false).refusals.is_empty());
    assert!(!format!("{:?}", loaded.settings).contains("hidden"));
}

#[test]
fn production_refuses_a_key_that_was_typed() {
    let text = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for key in [text, zeros] {
        let problem = refusal(&[("DREAM_MASTER_KEY", key)], "master_key");
        assert!(
            problem.message.contains("can be guessed") && !format!("{problem:?}").contains(key)
        );
    }
}

#[test]
fn production_refuses_public_urls_nobody_can_reach_safely() {
    for url in [
        "http://api.example.org",
        "https://localhost",
        "https://127.0.0.1:8787",
        "https://[::1]",
        "https://0.0.0.0",
    ] {
        refusal(&[("DREAM_PUBLIC_URL", url)], "public_url");
        refusal(&[("FRONTEND_URL", url)], "frontend_url");
    }
}

#[test]
fn production_refuses_bases_that_are_not_the_providers_out_06() {
    for (variable, key, host) in [
        ("STRIPE_API_BASE", "stripe.api_base", "api.stripe.com"),
        (
            "STRIPE_CONNECT_BASE",
            "stripe.connect_base",
            "connect.stripe.com",
        ),
        ("CLERK_API_BASE", "clerk.api_base", "api.clerk.com"),
        (
            "DREAM_GOOGLE_ISSUER",
            "google.issuer",
            "accounts.google.com",
        ),
    ] {
        for url in ["https://evil.example", "https://127.0.0.1:12111"] {
            let problem = refusal(&[(variable, url)], key);
            assert!(problem.message.contains(host), "{}", problem.message);
        }
        let lookalike = format!("https://{host}.evil.example");
        refusal(&[(variable, &lookalike)], key);
        refusal(&[(variable, "http://127.0.0.1:12111")], key);
        let plain = format!("http://{host}");
        assert!(!production(&[(variable, &plain)]).refusals.is_empty());
        let with_slash = format!("https://{host}/");
        assert!(production(&[(variable, &with_slash)]).refusals.is_empty());
    }
}

#[test]
fn bases_in_clear_are_for_loopback_only_in_development_too() {
    let found = check(&[("STRIPE_API_BASE", "http://10.0.0.1")]);
    assert!(
        about(&found.refusals, "stripe.api_base")
            .message
            .contains("not encrypted")
    );
    assert!(
        check(&[("STRIPE_API_BASE", "http://127.0.0.1:12111")])
            .refusals
            .is_empty()
    );
}

#[test]
fn production_refuses_stripe_without_its_webhook_secret() {
    for (key, value, missing, variable) in [
        (
            "STRIPE_SECRET_KEY",
            "sk_live_x",
            "stripe.webhook_secret",
            "STRIPE_WEBHOOK_SECRET ",
        ),
        (
            "STRIPE_SECRET_KEY_TEST",
            "sk_test_x",
            "stripe.webhook_secret_test",
            "STRIPE_WEBHOOK_SECRET_TEST ",
        ),
    ] {
        let problem = refusal(&[(key, value)], missing);
        assert!(problem.fix.contains(variable), "{}", problem.fix);
    }
    let price = [
        ("STRIPE_SECRET_KEY", "sk_live_x"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_a"),
        ("STRIPE_PRICE_ID", "price_x"),
    ];
    refusal(&price, "stripe.platform_webhook_secret");
    refusal(&[("STRIPE_PRICE_ID", "price_x")], "stripe.price_id");
    assert!(
        check(&[("STRIPE_SECRET_KEY_TEST", "sk_test_x")])
            .refusals
            .is_empty()
    );
}

#[test]
fn a_key_of_the_other_mode_is_sent_to_the_right_variable() {
    for (variable, value, setting, right) in [
        (
            "STRIPE_SECRET_KEY",
            "sk_test_x",
            "stripe.secret_key",
            "STRIPE_SECRET_KEY_TEST",
        ),
        (
            "STRIPE_SECRET_KEY",
            "rk_test_x",
            "stripe.secret_key",
            "STRIPE_SECRET_KEY_TEST",
        ),
        (
            "STRIPE_SECRET_KEY_TEST",
            "sk_live_x",
            "stripe.secret_key_test",
            "STRIPE_SECRET_KEY",
        ),
        (
            "STRIPE_CLIENT_SECRET_TEST",
            "sk_live_x",
            "stripe.client_secret_test",
            "STRIPE_CLIENT_SECRET",
        ),
        (
            "CLERK_SECRET_KEY",
            "sk_test_x",
            "clerk.secret_key",
            "CLERK_SECRET_KEY_TEST",
        ),
        (
            "CLERK_PUBLISHABLE_KEY_TEST",
            "pk_live_x",
            "clerk.publishable_key_test",
            "CLERK_PUBLISHABLE_KEY",
        ),
        (
            "CLERK_DEVELOPERS_SECRET_KEY",
            "sk_test_x",
            "clerk_developers.secret_key",
            "CLERK_DEVELOPERS_SECRET_KEY_TEST",
        ),
    ] {
        let development = check(&[(variable, value)]);
        assert_eq!(
            about(&development.refusals, setting).fix,
            format!("move it to {right}")
        );
        assert_eq!(
            refusal(&[(variable, value)], setting).fix,
            format!("move it to {right}")
        );
    }
    let found = check(&[("STRIPE_SECRET_KEY_TEST", "pk_test_x")]);
    let problem = about(&found.refusals, "stripe.secret_key_test");
    assert_eq!(
        problem.message,
        "does not begin with `sk_test_` or `rk_test_`"
    );
}

#[test]
fn oddities_are_warned_about() {
    let live = check(&[("STRIPE_SECRET_KEY", "sk_live_x")]);
    assert!(
        about(&live.warnings, "stripe.secret_key")
            .message
            .contains("real money")
    );
    let clerk = production(&[("CLERK_SECRET_KEY", "sk_live_x")]);
    assert!(
        about(&clerk.warnings, "clerk.webhook_secret")
            .fix
            .contains("CLERK_WEBHOOK_SECRET")
    );
    let connect = production(&[
        ("STRIPE_SECRET_KEY", "sk_live_x"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_a"),
    ]);
    assert!(
        about(&connect.warnings, "stripe.client_id")
            .fix
            .contains("STRIPE_CLIENT_ID")
    );
}

#[test]
fn limits_that_are_off_are_listed() {
    let off = check(&[
        ("DREAM_LIMITS_CONNECTIONS", "0"),
        ("DREAM_LIMITS_PER_SECRET_KEY_PER_MINUTE", "5"),
    ]);
    assert_eq!(off.limits_off, ["limits.connections"]);
}

#[test]
fn a_bucket_needs_its_key_and_an_endpoint_is_encrypted() {
    let bucket = ("DREAM_ASSETS_URL", "s3://pictures/shop");
    let id = ("DREAM_ASSETS_ACCESS_KEY_ID", "id");
    let secret = ("DREAM_ASSETS_SECRET_ACCESS_KEY", "secret");
    assert!(check(&[bucket, id, secret]).refusals.is_empty());
    let found = check(&[bucket]).refusals;
    assert!(about(&found, "assets.access_key_id").fix.contains(id.0));
    let found = check(&[bucket, id]).refusals;
    about(&found, "assets.secret_access_key");
    for (endpoint, fine) in [
        ("http://127.0.0.1:9000", true),
        ("https://s3.example.org", true),
        ("http://s3.example.org", false),
    ] {
        let found = check(&[bucket, id, secret, ("DREAM_ASSETS_ENDPOINT", endpoint)]);
        assert_eq!(found.refusals.is_empty(), fine, "{endpoint}");
    }
}

#[test]
fn pictures_in_a_folder_beside_a_shared_database_are_warned_about() {
    let shared = ("DREAM_DATABASE_URL", "postgres://u:p@db.example.org/dream");
    let found = production(&[shared]);
    about(&found.warnings, "assets_url");
    let bucket = [
        shared,
        ("DREAM_ASSETS_URL", "s3://pictures"),
        ("DREAM_ASSETS_ACCESS_KEY_ID", "id"),
        ("DREAM_ASSETS_SECRET_ACCESS_KEY", "secret"),
    ];
    let found = production(&bucket);
    assert!(found.warnings.is_empty() && found.refusals.is_empty());
}
