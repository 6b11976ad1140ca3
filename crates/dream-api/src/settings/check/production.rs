//! What production refuses and warns about (rules 4, 23).

use super::super::address::{DatabaseUrl, WebUrl};
use super::super::assets::AssetsUrl;
use super::{Check, bases};

impl Check<'_> {
    /// Every check of production.
    pub(super) fn production(&mut self) {
        self.production_master_key();
        self.production_urls();
        self.production_bases();
        self.production_webhooks();
        self.production_fault();
        self.production_warnings();
    }

    fn production_fault(&mut self) {
        if self.settings.fault.is_some() {
            let message = "ends the server at a point of its work, for tests";
            self.refuse("fault", message, "remove it");
        }
    }

    fn production_master_key(&mut self) {
        let fix =
            "set DREAM_MASTER_KEY to the output of `openssl rand -base64 32`, and keep a copy";
        match &self.settings.master_key {
            None => self.refuse(
                "master_key",
                "is not set, and production encrypts its secrets with it",
                fix,
            ),
            Some(key) if key.looks_made_up() => {
                self.refuse(
                    "master_key",
                    "is text or a pattern that can be guessed, not 32 random bytes",
                    fix,
                );
            }
            Some(_) => {}
        }
    }

    fn production_urls(&mut self) {
        let settings = self.settings;
        let fix = "set DREAM_PUBLIC_URL=https:// and the name users reach";
        match &settings.public_url {
            None => self.refuse(
                "public_url",
                "is not set, and its default is this machine only",
                fix,
            ),
            Some(url) => self.production_url("public_url", url, fix),
        }
        if let Some(url) = &settings.frontend_url {
            self.production_url(
                "frontend_url",
                url,
                "set FRONTEND_URL=https:// and the name users reach",
            );
        }
    }

    fn production_url(&mut self, key: &str, url: &WebUrl, fix: &str) {
        let shown = url.as_str();
        if url.is_loopback() || url.is_unspecified() {
            self.refuse(
                key,
                format!("is {shown}, this machine, which nobody else can reach"),
                fix,
            );
        } else if !url.is_https() {
            self.refuse(key, format!("is {shown}, which is not encrypted"), fix);
        }
    }

    /// Whoever answers at these addresses gets the keys and decides who has paid.
    fn production_bases(&mut self) {
        let hosts = [
            "api.stripe.com",
            "connect.stripe.com",
            "api.clerk.com",
            "accounts.google.com",
        ];
        for ((key, url), host) in bases(self.settings).into_iter().zip(hosts) {
            if !url.is_https_of(host) {
                let message = format!("is {} and not https://{host}", url.as_str());
                self.refuse(key, message, "remove it to use the default");
            }
        }
    }

    /// Without its secret a webhook cannot be believed, and without webhooks plans are wrong (rules 23).
    fn production_webhooks(&mut self) {
        let stripe = &self.settings.stripe;
        for (mode, suffix) in [(&stripe.live, ""), (&stripe.test, "_test")] {
            let key = format!("stripe.webhook_secret{suffix}");
            let variable = self.variable(&key).to_owned();
            if mode.secret_key.is_some() && mode.webhook_secrets.is_empty() {
                let message = format!("is not set, and stripe.secret_key{suffix} is");
                let fix = format!(
                    "set {variable} to the signing secret of the Connect webhook, `whsec_…`"
                );
                self.refuse(&key, message, fix);
            }
            if mode.secret_key.is_some() && mode.client_id.is_none() {
                let key = format!("stripe.client_id{suffix}");
                let fix = format!("set {} to the Connect client, `ca_…`", self.variable(&key));
                self.warn(
                    &key,
                    "is not set, so developers cannot connect their Stripe account",
                    fix,
                );
            }
        }
        self.production_price();
    }

    fn production_price(&mut self) {
        let stripe = &self.settings.stripe;
        if stripe.price_id.is_none() {
            return;
        }
        if stripe.live.secret_key.is_none() {
            let fix = "set STRIPE_SECRET_KEY, or remove STRIPE_PRICE_ID";
            self.refuse(
                "stripe.price_id",
                "is set, and live mode has no secret key to charge it with",
                fix,
            );
        } else if stripe.live.platform_webhook_secrets.is_empty() {
            let fix = "set STRIPE_PLATFORM_WEBHOOK_SECRET to the signing secret of the platform's webhook, `whsec_…`";
            self.refuse(
                "stripe.platform_webhook_secret",
                "is not set, and stripe.price_id is",
                fix,
            );
        }
    }

    /// A database that several machines share, beside pictures that one of them has.
    fn production_assets(&mut self) {
        let shared = matches!(self.settings.database, DatabaseUrl::Postgres(_));
        let bucket = matches!(self.settings.assets.url, Some(AssetsUrl::Bucket(..)));
        if shared && !bucket {
            let message = "is a folder, so pictures are shown only by processes that share it";
            let fix = "set DREAM_ASSETS_URL=s3://bucket for servers on several machines";
            self.warn("assets_url", message, fix);
        }
    }

    fn production_warnings(&mut self) {
        self.production_assets();
        let settings = self.settings;
        if settings.operator_emails.is_empty() {
            let fix = "set DREAM_OPERATOR_EMAILS to your address";
            self.warn(
                "operator.emails",
                "is empty, so nobody can operate the platform",
                fix,
            );
        }
        if settings.smtp_url.is_none() {
            let fix = "set DREAM_SMTP_URL to your mail server";
            let message =
                "is not set, so no mail leaves the server, and sign-up and reset answer 503";
            self.warn("smtp_url", message, fix);
        } else if settings.mail.from_address.is_none() {
            let public_url = settings.public_url.as_ref();
            let shown = settings.mail_from(public_url.map_or("", WebUrl::as_str));
            let fix =
                "set DREAM_MAIL_FROM_ADDRESS to an address of a domain that the relay may send for";
            self.warn(
                "mail.from_address",
                format!("is not set, so mails come from {shown}, which the relay may refuse"),
                fix,
            );
        }
        for (realm, clerk) in [
            ("clerk", &settings.clerk),
            ("clerk_developers", &settings.clerk_developers),
        ] {
            for (mode, suffix) in [(&clerk.live, ""), (&clerk.test, "_test")] {
                if mode.secret_key.is_some() && mode.webhook_secret.is_none() {
                    let key = format!("{realm}.webhook_secret{suffix}");
                    let fix = format!(
                        "set {} to the signing secret, `whsec_…`",
                        self.variable(&key)
                    );
                    self.warn(&key, "is not set, so webhooks of Clerk are refused", fix);
                }
            }
        }
    }
}
