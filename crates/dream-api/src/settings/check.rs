//! Whether settings that are well-formed are also safe to start with (rules 4, 23, 30).

mod production;

use super::Loaded;
use super::address::{WebUrl, is_loopback};
use super::assets::AssetsUrl;
use super::groups::{Clerk, Environment, Settings};
use super::problem::Problem;
use super::secret::Secret;

/// What a start must refuse and what it should say.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Any of these refuses the start.
    pub(crate) refusals: Vec<Problem>,
    /// Worth a line at start and in `doctor`.
    pub(crate) warnings: Vec<Problem>,
    /// Limits that are off, by key; said at start (rules 31).
    pub(crate) limits_off: Vec<&'static str>,
}

/// Judges the settings. `expose_development` is the flag that lets a development server be reached from elsewhere.
pub(crate) fn findings(loaded: &Loaded, expose_development: bool) -> Findings {
    let mut check = Check {
        loaded,
        settings: &loaded.settings,
        findings: Findings {
            warnings: loaded.warnings.clone(),
            ..Findings::default()
        },
    };
    check.key_modes();
    check.google();
    check.assets();
    match loaded.settings.environment {
        Environment::Development => {
            check.plain_bases();
            check.development(expose_development);
        }
        Environment::Production => check.production(),
    }
    check.findings.limits_off = limits_off(&loaded.settings);
    check.findings
}

struct Check<'a> {
    loaded: &'a Loaded,
    settings: &'a Settings,
    findings: Findings,
}

impl Check<'_> {
    fn refuse(&mut self, key: &str, message: impl Into<String>, fix: impl Into<String>) {
        let problem = self.problem(key, message.into(), fix.into());
        self.findings.refusals.push(problem);
    }

    fn warn(&mut self, key: &str, message: impl Into<String>, fix: impl Into<String>) {
        let problem = self.problem(key, message.into(), fix.into());
        self.findings.warnings.push(problem);
    }

    fn problem(&self, key: &str, message: String, fix: String) -> Problem {
        Problem {
            setting: key.to_owned(),
            source: self.loaded.source(key),
            message,
            fix,
        }
    }

    /// The variable of a setting, for a fix that can be pasted.
    fn variable(&self, key: &str) -> &str {
        let row = self.loaded.rows.iter().find(|row| row.key == key);
        row.map_or("", |row| &row.environment)
    }

    /// A key of the other mode would take real money for a test, or none for a sale.
    fn key_modes(&mut self) {
        let settings = self.settings;
        let stripe = &settings.stripe;
        for (mode, suffix) in [(&stripe.live, ""), (&stripe.test, "_test")] {
            self.secret_mode(
                "stripe.secret_key",
                suffix,
                mode.secret_key.as_ref(),
                &["sk", "rk"],
            );
            self.secret_mode(
                "stripe.client_secret",
                suffix,
                mode.client_secret.as_ref(),
                &["sk", "rk"],
            );
        }
        for (realm, clerk) in [
            ("clerk", &settings.clerk),
            ("clerk_developers", &settings.clerk_developers),
        ] {
            self.clerk_modes(realm, clerk);
        }
    }

    fn clerk_modes(&mut self, realm: &str, clerk: &Clerk) {
        for (mode, suffix) in [(&clerk.live, ""), (&clerk.test, "_test")] {
            self.secret_mode(
                &format!("{realm}.secret_key"),
                suffix,
                mode.secret_key.as_ref(),
                &["sk"],
            );
            let publishable = mode.publishable_key.as_deref();
            self.mode(
                &format!("{realm}.publishable_key"),
                suffix,
                publishable,
                &["pk"],
            );
        }
    }

    fn secret_mode(&mut self, base: &str, suffix: &str, key: Option<&Secret>, kinds: &[&str]) {
        self.mode(base, suffix, key.map(Secret::expose), kinds);
    }

    fn mode(&mut self, base: &str, suffix: &str, key: Option<&str>, kinds: &[&str]) {
        let Some(key) = key else { return };
        let has_mode = |mode: &str| {
            kinds
                .iter()
                .any(|kind| key.starts_with(&format!("{kind}_{mode}_")))
        };
        let (wanted, other, other_suffix) = match suffix {
            "" => ("live", "test", "_test"),
            _ => ("test", "live", ""),
        };
        let setting = format!("{base}{suffix}");
        if has_mode(other) {
            let right = self.variable(&format!("{base}{other_suffix}")).to_owned();
            let message = format!("holds a {other} key, and this is the setting of {wanted} mode");
            self.refuse(&setting, message, format!("move it to {right}"));
        } else if !has_mode(wanted) {
            let expected: Vec<String> = kinds
                .iter()
                .map(|kind| format!("`{kind}_{wanted}_`"))
                .collect();
            let message = format!("does not begin with {}", expected.join(" or "));
            self.refuse(
                &setting,
                message,
                format!("give a {wanted} key, or remove it"),
            );
        }
    }

    /// Half a client signs nobody in.
    fn google(&mut self) {
        let google = &self.settings.google;
        let (missing, there) = match (&google.client_id, &google.client_secret) {
            (Some(_), None) => ("google.client_secret", "google.client_id"),
            (None, Some(_)) => ("google.client_id", "google.client_secret"),
            _ => return,
        };
        let fix = format!("set {}, or remove the other", self.variable(missing));
        self.refuse(missing, format!("is not set, and {there} is"), fix);
    }

    /// A bucket needs a key, and pictures are not sent to strangers in clear.
    fn assets(&mut self) {
        let assets = &self.settings.assets;
        if let Some(AssetsUrl::Bucket(..)) = &assets.url {
            for (key, is_set) in [
                ("assets.access_key_id", assets.access_key_id.is_some()),
                (
                    "assets.secret_access_key",
                    assets.secret_access_key.is_some(),
                ),
            ] {
                if !is_set {
                    let fix = format!("set {}", self.variable(key));
                    self.refuse(key, "is not set, and assets_url names a bucket", fix);
                }
            }
        }
        let endpoint = assets.endpoint.as_ref();
        if endpoint.is_some_and(|url| !url.is_https() && !url.is_loopback()) {
            let message = "is not encrypted, and uploads are sent to it";
            self.refuse("assets.endpoint", message, "use https://");
        }
    }

    /// Secrets may cross the loopback interface in clear, and nothing else.
    fn plain_bases(&mut self) {
        for (key, url) in bases(self.settings) {
            if !url.is_https() && !url.is_loopback() {
                self.refuse(
                    key,
                    "is not encrypted, and secret keys are sent to it",
                    "use https://",
                );
            }
        }
    }

    fn development(&mut self, expose: bool) {
        let settings = self.settings;
        let fix = "keep to 127.0.0.1, use env = \"production\", or add --expose-development";
        let mut open = Vec::new();
        if !is_loopback(settings.listen.ip()) {
            let what = format!("{}, which other machines can reach", settings.listen);
            open.push(("listen", what));
        }
        if let Some(url) = settings
            .public_url
            .as_ref()
            .filter(|url| !url.is_loopback())
        {
            open.push((
                "public_url",
                format!("{}, which is not this machine", url.as_str()),
            ));
        }
        for (key, what) in open {
            let message = format!("is {what}, and development has known keys and open doors");
            if expose {
                let fix = "use env = \"production\" for anything but a test";
                self.warn(key, message, fix);
            } else {
                self.refuse(key, message, fix);
            }
        }
        self.sandbox();
        self.unsigned();
        if settings.stripe.live.secret_key.is_some() {
            let fix = "use a test key in STRIPE_SECRET_KEY_TEST while developing";
            self.warn(
                "stripe.secret_key",
                "takes real money, in development too",
                fix,
            );
        }
    }

    /// An event that nothing proves is refused, so that a plan is late until the next look at the provider.
    fn unsigned(&mut self) {
        let stripe = &self.settings.stripe;
        for (mode, suffix) in [(&stripe.live, ""), (&stripe.test, "_test")] {
            if mode.secret_key.is_some() && mode.webhook_secrets.is_empty() {
                let key = format!("stripe.webhook_secret{suffix}");
                let message = format!(
                    "is not set, and stripe.secret_key{suffix} is, so webhooks are refused"
                );
                let fix = format!(
                    "set {} to what `stripe listen` or the Connect webhook shows, `whsec_…`",
                    self.variable(&key)
                );
                self.warn(&key, message, fix);
            }
        }
    }

    /// The sandbox takes any key and obeys whoever calls, so that no flag opens it to other machines (rules 30).
    fn sandbox(&mut self) {
        let (listen, own) = (self.settings.sandbox_listen, self.settings.listen);
        if !is_loopback(listen.ip()) {
            self.refuse(
                "sandbox.listen",
                format!("is {listen}, which other machines can reach"),
                "keep the sandbox to 127.0.0.1",
            );
        } else if listen == own && listen.port() != 0 {
            self.refuse(
                "sandbox.listen",
                "is the server's own address",
                "give the sandbox another port, or 0",
            );
        }
    }
}

/// The addresses secret keys are sent to.
fn bases(settings: &Settings) -> [(&'static str, &WebUrl); 4] {
    [
        ("stripe.api_base", &settings.stripe.api_base),
        ("stripe.connect_base", &settings.stripe.connect_base),
        ("clerk.api_base", &settings.clerk_api_base),
        ("google.issuer", &settings.google.issuer),
    ]
}

fn limits_off(settings: &Settings) -> Vec<&'static str> {
    let limits = &settings.limits;
    let all = [
        ("limits.per_user_per_minute", limits.per_user_per_minute),
        (
            "limits.per_secret_key_per_minute",
            limits.per_secret_key_per_minute,
        ),
        (
            "limits.failed_authentication_per_minute",
            limits.failed_authentication_per_minute,
        ),
        (
            "limits.sign_in_per_account_per_minute",
            limits.sign_in_per_account_per_minute,
        ),
        (
            "limits.codes_per_address_per_hour",
            limits.codes_per_address_per_hour,
        ),
        (
            "limits.registrations_per_network_per_hour",
            limits.registrations_per_network_per_hour,
        ),
        (
            "limits.unpaid_orders_per_network",
            limits.unpaid_orders_per_network,
        ),
        ("limits.connections", limits.connections),
        ("limits.requests_in_flight", limits.requests_in_flight),
    ];
    let off = all.into_iter().filter(|(_, limit)| *limit == 0);
    off.map(|(key, _)| key).collect()
}
