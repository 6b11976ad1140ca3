//! Codes and links that are mailed: begun, sent again, and used once.
//!
//! The browser that begins gets a flow handle. Inside of a flow a six-digit code works, at most
//! five wrong tries; anywhere the link works. An address that is not told about (because it is taken,
//! or unknown) gets a flow that looks the same and that no code opens.

use axum::http::HeaderValue;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::OneTimeId;
use dream_domain::key::Mode;
use dream_domain::user::Email;
use dream_store::one_time::{self, NewToken, Pending};
use dream_store::projects::Tenant;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::cookies::{self, Name};
use crate::identity::secret;
use crate::mail::{self, Letter};
use crate::signing_in::sealed;
use crate::signing_in::way_back::WayBack;

/// How long codes and links work.
const CODE_MS: i64 = 15 * 60_000;
const LINK_MS: i64 = 60 * 60_000;
const HOUR_MS: i64 = 3_600_000;
/// Between two mails of one flow, in seconds.
pub(crate) const RESEND_SECONDS: i64 = 60;
/// What test addresses are verified with.
const TEST_CODE: &str = "424242";

/// What a mailed code or link proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The address of someone who signs up.
    SignUp,
    /// The address of an account.
    VerifyEmail,
    /// The new address of an account.
    ChangeEmail,
    /// That someone may choose a new password.
    ResetPassword,
}

/// What is remembered until the code comes back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Remembered {
    /// The address, as typed.
    pub(crate) email: String,
    /// The password of a sign-up, hashed.
    pub(crate) phc: Option<String>,
    /// Given name of a sign-up.
    pub(crate) first_name: Option<String>,
    /// Family name of a sign-up.
    pub(crate) last_name: Option<String>,
    /// The link may make the account (a developer who registers).
    pub(crate) may_create: bool,
    /// No code opens this one.
    pub(crate) decoy: bool,
    /// Where the person came from.
    pub(crate) way: WayBack,
}

/// A flow that has begun.
pub(crate) struct Begun {
    /// The handle for the page.
    pub(crate) flow: String,
    /// The same for the browser.
    pub(crate) cookie: HeaderValue,
}

/// What mail a flow sends.
pub(crate) enum Send {
    /// One with a code and a link.
    Code,
    /// One that says the address has an account already.
    AccountExists,
    /// None.
    Nothing,
}

impl Purpose {
    /// The word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::VerifyEmail => "verify_email",
            Self::ChangeEmail => "change_email",
            Self::ResetPassword => "reset_password",
        }
    }

    /// Reads the word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::SignUp,
            Self::VerifyEmail,
            Self::ChangeEmail,
            Self::ResetPassword,
        ];
        all.into_iter().find(|purpose| purpose.as_str() == text)
    }

    /// The page its link leads to.
    fn page(self) -> &'static str {
        if self == Self::ResetPassword {
            "reset"
        } else {
            "verify"
        }
    }

    fn letter<'a>(self, code: &'a str, link: &'a str) -> Letter<'a> {
        match self {
            Self::SignUp | Self::VerifyEmail => Letter::VerifyEmail { code, link },
            Self::ChangeEmail => Letter::ChangeEmail { code, link },
            Self::ResetPassword => Letter::ResetPassword { code, link },
        }
    }
}

/// Begins a flow for an address: stores what is remembered, and the mail with it.
pub(crate) async fn begin(
    app: &App,
    tenant: &Tenant,
    purpose: Purpose,
    user: Option<&str>,
    remembered: Remembered,
    send: Send,
) -> Result<Begun> {
    let email = Email::parse(&remembered.email)?;
    let now = app.clock.machine();
    let folded = email.folded();
    let (flow, link, id) = (
        secret::fresh(&app.random),
        secret::fresh(&app.random),
        OneTimeId::new(now, app.random.bytes()),
    );
    let limit = app.config.limits.codes_per_address_per_hour;
    let recent = one_time::recent(&app.db, &tenant.scope, &folded, now.plus(-HOUR_MS)).await?;
    // A test address gets no mail, so none of them counts.
    let flooded = limit > 0 && recent >= i64::from(limit) && !is_test(tenant, &email);
    let send = if flooded { Send::Nothing } else { send };
    let decoy = !matches!(send, Send::Code);
    let code = if is_test(tenant, &email) {
        TEST_CODE.to_owned()
    } else {
        six_digits(app)
    };
    let mail = compose(
        app,
        tenant,
        purpose,
        &email,
        &send,
        &code,
        &link,
        &remembered,
    )?;
    let payload = sealed::seal(
        app,
        &id,
        &Remembered {
            decoy,
            ..remembered
        },
    )?;
    let code_hash = app.master.mac(id.as_str(), &code);
    let (link_hash, flow_hash) = (secret::hash(&link), secret::hash(&flow));
    let token = NewToken {
        id: &id,
        purpose: purpose.as_str(),
        user,
        // One beyond the limit does not end the one before, or anyone could block a person's reset.
        email_folded: (!flooded).then_some(&*folded),
        link_hash: (!decoy).then_some(&*link_hash),
        flow_hash: Some(&flow_hash),
        code_hash: (!decoy).then_some(&*code_hash),
        payload: &payload,
        created_at: now,
        expires_at: now.plus(LINK_MS),
    };
    one_time::create(&app.db, &tenant.scope, &token, mail.as_ref()).await?;
    if mail.is_some() {
        app.wake_outbox();
    }
    let cookie = cookies::set(app, Name::Flow, tenant.scope.tenant(), &flow, 3600)?;
    Ok(Begun { flow, cookie })
}

#[expect(
    clippy::too_many_arguments,
    reason = "the facts of one mail, each used once"
)]
fn compose(
    app: &App,
    tenant: &Tenant,
    purpose: Purpose,
    email: &Email,
    send: &Send,
    code: &str,
    link: &str,
    remembered: &Remembered,
) -> Result<Option<dream_store::outbox::Message>> {
    if is_test(tenant, email) {
        return Ok(None);
    }
    let tenant_key = tenant.scope.tenant();
    let base = format!("{}/", app.config.public_url);
    let query = remembered.way.query();
    match send {
        Send::Nothing => {
            // Whoever cannot send mail says so before anyone can tell addresses apart.
            mail::check_configured(app)?;
            Ok(None)
        }
        Send::AccountExists => {
            let sign_in = format!("{base}signin?pk={tenant_key}{query}");
            let reset = format!("{base}reset?pk={tenant_key}{query}");
            let letter = Letter::AccountExists {
                sign_in: &sign_in,
                reset: &reset,
            };
            mail::compose(app, tenant, email, &letter).map(Some)
        }
        Send::Code => {
            let page = purpose.page();
            let link = format!("{base}{page}?pk={tenant_key}&token={link}{query}");
            let letter = if remembered.may_create {
                Letter::DeveloperLink { link: &link }
            } else {
                purpose.letter(code, &link)
            };
            mail::compose(app, tenant, email, &letter).map(Some)
        }
    }
}

/// A mail that tells a person what happened to the account; none to test addresses, or where no mail can be sent.
pub(crate) fn note(
    app: &App,
    tenant: &Tenant,
    email: &Email,
    letter: &Letter<'_>,
) -> Option<dream_store::outbox::Message> {
    if is_test(tenant, email) {
        return None;
    }
    mail::compose(app, tenant, email, letter).ok()
}

/// What a code or link opened.
pub(crate) struct Opened {
    pub(crate) pending: Pending,
    pub(crate) purpose: Purpose,
    pub(crate) remembered: Remembered,
}

/// Tries the code of a flow: counts the try, then compares. 401 `invalid_code` for everything that is not
/// right, whatever the reason.
pub(crate) async fn try_code(app: &App, tenant: &Tenant, flow: &str, code: &str) -> Result<Opened> {
    let now = app.clock.machine();
    let flow = secret::hash(flow);
    let pending = one_time::try_code(&app.db, &tenant.scope, &flow, now).await?;
    let pending = pending
        .filter(|pending| now.0 - pending.created_at.0 < CODE_MS)
        .ok_or_else(invalid)?;
    let tried = app.master.mac(&pending.id, code);
    let right = pending
        .code_hash
        .as_ref()
        .is_some_and(|hash| bool::from(hash.as_bytes().ct_eq(tried.as_bytes())));
    if !right {
        return Err(invalid());
    }
    opened(app, pending)
}

/// Finds what a link stands for, without using it up.
pub(crate) async fn by_link(app: &App, tenant: &Tenant, link: &str) -> Result<Opened> {
    let now = app.clock.machine();
    let found = one_time::find_mailed(&app.db, &secret::hash(link), now).await?;
    let pending = found
        .filter(|pending| pending.tenant == *tenant.scope.tenant())
        .ok_or_else(invalid)?;
    opened(app, pending)
}

/// Sends the mail of a flow again, with a fresh code and link in a fresh flow.
pub(crate) async fn again(app: &App, tenant: &Tenant, flow: &str) -> Result<Begun> {
    let now = app.clock.machine();
    let found = one_time::find_by_flow(&app.db, &tenant.scope, &secret::hash(flow), now).await?;
    let pending = found.ok_or_else(invalid)?;
    let waited = (now.0 - pending.created_at.0) / 1000;
    if waited < RESEND_SECONDS {
        let rest = RESEND_SECONDS - waited;
        return Err(Code::RateLimited
            .error(format!(
                "A mail was sent just now; ask again in {rest} seconds"
            ))
            .with("retryAfter", rest));
    }
    let user = pending.user.clone();
    let Opened {
        purpose,
        remembered,
        ..
    } = opened(app, pending)?;
    let send = match (remembered.decoy, purpose) {
        (false, _) => Send::Code,
        (true, Purpose::SignUp) => Send::AccountExists,
        (true, _) => Send::Nothing,
    };
    begin(app, tenant, purpose, user.as_deref(), remembered, send).await
}

/// One text for every reason.
pub(crate) fn invalid() -> Error {
    Code::InvalidCode.error("The code or link is wrong, was used, or is too old; ask for a new one")
}

/// Addresses of tests, which need no mail: `anything+clerk_test@…` in test mode.
pub(crate) fn is_test(tenant: &Tenant, email: &Email) -> bool {
    let local = email.as_str().split('@').next().unwrap_or_default();
    tenant.scope.mode() == Mode::Test && local.to_ascii_lowercase().ends_with("+clerk_test")
}

fn opened(app: &App, pending: Pending) -> Result<Opened> {
    let purpose = Purpose::parse(&pending.purpose).ok_or_else(invalid)?;
    let remembered = sealed::open(app, &pending)?;
    Ok(Opened {
        pending,
        purpose,
        remembered,
    })
}

/// Six digits, each value as likely as the next.
fn six_digits(app: &App) -> String {
    const VALUES: u32 = 1_000_000;
    const FAIR: u32 = u32::MAX - u32::MAX % VALUES;
    loop {
        let number = u32::from_be_bytes(app.random.bytes());
        if number < FAIR {
            return format!("{:06}", number % VALUES);
        }
    }
}
