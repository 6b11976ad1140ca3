//! Builds [`Settings`] from raw values, group by group in the order of the file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dream_domain::project;
use dream_domain::user::Email;
use dream_server::config::SmtpUrl;
use dream_server::faults;

use super::address::{Cidr, DatabaseUrl, WebUrl, Wrong, socket};
use super::assets;
use super::groups::{
    Clerk, ClerkMode, Environment, Google, Http, Limits, Log, LogFormat, LogLevel, Mail, Settings,
    Store, Stripe, StripeMode, Tokens, Usage,
};
use super::read::Reader;
use super::secret::{MasterKey, Secret};

/// The name of the database's file in the data folder.
pub(crate) const DATABASE_FILE: &str = "dream-api.db";

const DAY_SECONDS: u32 = 86_400;
const YEAR_SECONDS: u32 = 366 * DAY_SECONDS;

/// Reads every setting. None if one without a stand-in was wrong; the reader has the problems either way.
pub(crate) fn settings(reader: &mut Reader<'_>) -> Option<Settings> {
    let environment = reader.required("env", environment);
    let listen = reader.required("listen", socket);
    let public_url = reader.optional("public_url", WebUrl::parse_origin);
    let data_dir = reader.required("data_dir", folder);
    let database = reader.optional("database_url", DatabaseUrl::parse);
    let master_key = reader.optional("master_key", master_key);
    let frontend_url = reader.optional("frontend_url", WebUrl::parse);
    let assets = assets::read(reader);
    let smtp_url = reader.optional("smtp_url", smtp_url);
    let fault = reader.optional("fault", fault);
    let demo_sample = reader.required("demo_sample", yes_or_no);
    let mail = mail(reader);
    let google = google(reader);
    let sandbox_listen = reader.required("sandbox.listen", socket);
    let stripe = stripe(reader);
    let clerk_api_base = reader.required("clerk.api_base", WebUrl::parse);
    let clerk = clerk(reader, "clerk");
    let clerk_developers = self::clerk(reader, "clerk_developers");
    let operator_emails = reader.each("operator.emails", email);
    let metrics_token = reader.optional("metrics.token", secret);
    let (log, limits, http) = (log(reader), limits(reader), http(reader));
    let (tokens, usage) = (tokens(reader), usage(reader));
    let grace_days = reader.count("billing.grace_days", 0..=90);
    let store = store(reader);
    let database_pool_size = reader.count("database.pool_size", 1..=1000);
    let data_dir = data_dir?;
    Some(Settings {
        environment: environment?,
        listen: listen?,
        public_url,
        database: database.unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join(DATABASE_FILE))),
        data_dir,
        master_key,
        frontend_url,
        assets: assets?,
        smtp_url,
        fault,
        demo_sample: demo_sample?,
        mail: mail?,
        google: google?,
        sandbox_listen: sandbox_listen?,
        stripe: stripe?,
        clerk_api_base: clerk_api_base?,
        clerk,
        clerk_developers,
        operator_emails,
        metrics_token,
        log: log?,
        limits,
        http,
        tokens,
        usage,
        grace_days,
        store,
        database_pool_size,
    })
}

fn mail(reader: &mut Reader<'_>) -> Option<Mail> {
    let from_address = reader.optional("mail.from_address", |text| {
        let known = Email::parse(text).map(|email| email.as_str().to_owned());
        known.map_err(|_| Wrong::new("is no e-mail address", "write it as mail@example.org"))
    });
    let from_name = reader.required("mail.from_name", |text| {
        let fix = "write one short line, such as the name of the platform";
        let name = project::check_name(text);
        name.map_err(|_| Wrong::new("is not a name", fix))
    });
    Some(Mail {
        from_address,
        from_name: from_name?,
    })
}

fn google(reader: &mut Reader<'_>) -> Option<Google> {
    let issuer = reader.required("google.issuer", WebUrl::parse);
    Some(Google {
        client_id: reader.optional("google.client_id", |text| Ok(text.to_owned())),
        client_secret: reader.optional("google.client_secret", secret),
        issuer: issuer?,
    })
}

fn stripe(reader: &mut Reader<'_>) -> Option<Stripe> {
    let api_base = reader.required("stripe.api_base", WebUrl::parse);
    let connect_base = reader.required("stripe.connect_base", WebUrl::parse);
    Some(Stripe {
        live: stripe_mode(reader, ""),
        test: stripe_mode(reader, "_test"),
        price_id: reader.optional("stripe.price_id", |text| beginning(text, &["price_"])),
        api_base: api_base?,
        connect_base: connect_base?,
    })
}

/// Key prefixes are checked with the mode in mind, in `check.rs`.
fn stripe_mode(reader: &mut Reader<'_>, mode: &str) -> StripeMode {
    StripeMode {
        secret_key: reader.optional(&format!("stripe.secret_key{mode}"), secret),
        client_id: reader.optional(&format!("stripe.client_id{mode}"), |text| {
            beginning(text, &["ca_"])
        }),
        client_secret: reader.optional(&format!("stripe.client_secret{mode}"), secret),
        webhook_secrets: reader.each(&format!("stripe.webhook_secret{mode}"), signing_secret),
        platform_webhook_secrets: reader.each(
            &format!("stripe.platform_webhook_secret{mode}"),
            signing_secret,
        ),
    }
}

fn clerk(reader: &mut Reader<'_>, realm: &str) -> Clerk {
    let mut mode = |mode: &str| ClerkMode {
        secret_key: reader.optional(&format!("{realm}.secret_key{mode}"), secret),
        publishable_key: reader.optional(&format!("{realm}.publishable_key{mode}"), |key| {
            beginning(key, &["pk_"])
        }),
        webhook_secret: reader.optional(&format!("{realm}.webhook_secret{mode}"), signing_secret),
        jwt_key: reader.optional(&format!("{realm}.jwt_key{mode}"), pem),
    };
    Clerk {
        live: mode(""),
        test: mode("_test"),
    }
}

fn log(reader: &mut Reader<'_>) -> Option<Log> {
    let level = reader.required("log.level", |text| {
        let levels = [
            LogLevel::Error,
            LogLevel::Warn,
            LogLevel::Info,
            LogLevel::Debug,
            LogLevel::Trace,
        ];
        one_of(text, &levels.map(|level| (level.as_str(), level)))
    });
    let formats = [
        ("auto", LogFormat::Auto),
        ("json", LogFormat::Json),
        ("text", LogFormat::Text),
    ];
    let format = reader.required("log.format", |text| one_of(text, &formats));
    Some(Log {
        level: level?,
        format: format?,
    })
}

/// The payment provider takes sessions of 30 minutes to 24 hours; a minute is left for the way there.
fn store(reader: &mut Reader<'_>) -> Store {
    Store {
        checkout_minutes: reader.count("store.checkout_minutes", 31..=1439),
        hold_minutes: reader.count("store.hold_minutes", 1..=60),
    }
}

fn limits(reader: &mut Reader<'_>) -> Limits {
    let mut limit =
        |name: &str, least: u32| reader.count(&format!("limits.{name}"), least..=100_000_000);
    Limits {
        per_user_per_minute: limit("per_user_per_minute", 0),
        per_secret_key_per_minute: limit("per_secret_key_per_minute", 0),
        failed_authentication_per_minute: limit("failed_authentication_per_minute", 0),
        sign_in_per_account_per_minute: limit("sign_in_per_account_per_minute", 0),
        codes_per_address_per_hour: limit("codes_per_address_per_hour", 0),
        registrations_per_network_per_hour: limit("registrations_per_network_per_hour", 0),
        unpaid_orders_per_network: limit("unpaid_orders_per_network", 0),
        idempotency_entries: limit("idempotency_entries", 1024),
        usage_queue: limit("usage_queue", 1),
        connections: limit("connections", 0),
        requests_in_flight: limit("requests_in_flight", 0),
    }
}

fn http(reader: &mut Reader<'_>) -> Http {
    let mut seconds = |name: &str| duration(reader, &format!("http.{name}_seconds"), 3600);
    Http {
        header_timeout: seconds("header_timeout"),
        body_timeout: seconds("body_timeout"),
        idle_timeout: seconds("idle_timeout"),
        shutdown_timeout: seconds("shutdown_timeout"),
        trusted_proxies: reader.each("http.trusted_proxies", Cidr::parse),
        max_body_bytes: reader.count("http.max_body_bytes", 65_536..=67_108_864) as usize,
    }
}

fn tokens(reader: &mut Reader<'_>) -> Tokens {
    Tokens {
        user_token: duration(reader, "tokens.user_token_seconds", YEAR_SECONDS),
        access_token: duration(reader, "tokens.access_token_seconds", DAY_SECONDS),
        legacy_token: duration(reader, "tokens.legacy_token_seconds", 30 * DAY_SECONDS),
        session_days: reader.count("tokens.session_days", 1..=365),
        key_rotation_overlap: duration(
            reader,
            "tokens.key_rotation_overlap_seconds",
            30 * DAY_SECONDS,
        ),
    }
}

fn usage(reader: &mut Reader<'_>) -> Usage {
    Usage {
        fold: duration(reader, "usage.fold_seconds", 3600),
        day_retention_days: reader.count("usage.day_retention_days", 1..=36_500),
        tenant_day_retention_days: reader.count("usage.tenant_day_retention_days", 1..=36_500),
    }
}

fn duration(reader: &mut Reader<'_>, key: &str, most: u32) -> Duration {
    Duration::from_secs(reader.count(key, 1..=most).into())
}

fn environment(text: &str) -> Result<Environment, Wrong> {
    one_of(
        text,
        &[
            ("development", Environment::Development),
            ("production", Environment::Production),
        ],
    )
}

fn folder(text: &str) -> Result<PathBuf, Wrong> {
    if text.starts_with('~') {
        return Err(Wrong::new(
            "begins with ~, which only a shell knows",
            "write the whole path",
        ));
    }
    Ok(Path::new(text).to_owned())
}

fn master_key(text: &str) -> Result<MasterKey, Wrong> {
    MasterKey::parse(text)
        .map_err(|message| Wrong::new(&message, "make one with `openssl rand -base64 32`"))
}

fn secret(text: &str) -> Result<Secret, Wrong> {
    if text.contains(char::is_whitespace) {
        let fix = "copy it again, without anything around it";
        return Err(Wrong::new("has blanks", fix));
    }
    Ok(Secret::new(text))
}

fn smtp_url(text: &str) -> Result<SmtpUrl, Wrong> {
    let fix = "write smtps://user:password@host:465 or smtp://user:password@host:587, with %40 for an @ in user or password";
    SmtpUrl::parse(text).map_err(|message| Wrong::new(message, fix))
}

fn fault(text: &str) -> Result<String, Wrong> {
    let known: Vec<(&str, &str)> = faults::ALL.iter().map(|name| (*name, *name)).collect();
    one_of(text, &known).map(str::to_owned)
}

fn yes_or_no(text: &str) -> Result<bool, Wrong> {
    one_of(text, &[("true", true), ("false", false)])
}

fn signing_secret(text: &str) -> Result<Secret, Wrong> {
    beginning(text, &["whsec_"]).and_then(|text| secret(&text))
}

/// Clerk hands the key out with real line breaks; a variable often holds them as `\n`.
fn pem(text: &str) -> Result<String, Wrong> {
    let text = text.replace("\\n", "\n");
    beginning(&text, &["-----BEGIN PUBLIC KEY-----"])
}

fn email(text: &str) -> Result<String, Wrong> {
    match text.split_once('@') {
        Some((name, host))
            if !name.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !text.contains(char::is_whitespace) =>
        {
            Ok(text.to_lowercase())
        }
        _ => Err(Wrong::new(
            "is no e-mail address",
            "write it as name@example.org, several with commas",
        )),
    }
}

fn beginning(text: &str, prefixes: &[&str]) -> Result<String, Wrong> {
    let has = |prefix: &&str| text.len() > prefix.len() && text.starts_with(prefix);
    if prefixes.iter().any(has) {
        return Ok(text.to_owned());
    }
    let message = format!("does not begin with {}", prefixes.join(" or "));
    let fix = "copy it again, and see that it belongs to this setting";
    Err(Wrong::new(&message, fix))
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Wrong> {
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = choices
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        Wrong {
            message: "is not a choice".to_owned(),
            fix: format!("use one of {}", names.join(", ")),
        }
    })
}
