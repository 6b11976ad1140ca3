//! Codes and links that come back: what they prove takes effect, once.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::Response;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::UserId;
use dream_domain::user::Email;
use dream_store::accounts::{self, Effects, End};
use dream_store::customers::{self, Customer, Fields as Stored};
use dream_store::passwords;
use serde_json::json;

use crate::app::App;
use crate::auth::input::{Proof, ResetInput};
use crate::caller::Visitor;
use crate::cookies::{self, Name};
use crate::http::problem;
use crate::identity::secret;
use crate::mail::Letter;
use crate::signing_in::answer::Progress;
use crate::signing_in::attempts;
use crate::signing_in::codes::{self, Opened, Purpose};
use crate::signing_in::session::{self, Prepared};

/// Prove an address
///
/// With the code of a flow, or the token of a link. A link that is opened in another browser than the one
/// that began asks for the password too (403 `reauthentication_required`): anyone can have a link mailed to
/// an address that is not theirs.
#[utoipa::path(post, path = "/auth/verify", operation_id = "verifyEmail", tag = "hosted pages", request_body(content = Proof),
    responses((status = 200, description = "complete: signed in", body = Progress)))]
pub(crate) async fn verify(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let proof = Proof::with_password(&mut visitor.fields)?;
    let (opened, here) = open(&app, &visitor, &proof).await?;
    if opened.purpose == Purpose::ResetPassword {
        return Err(codes::invalid().into());
    }
    let account = match opened.purpose {
        Purpose::SignUp => None,
        _ => Some(owner(&app, &visitor, &opened).await?),
    };
    if !here {
        is_theirs(&app, &visitor, &opened, account.as_ref(), &proof).await?;
    }
    let cookies = match account {
        None => finish_sign_up(&app, &visitor, &opened).await?,
        Some(customer) if opened.purpose == Purpose::VerifyEmail => {
            finish_verification(&app, &visitor, &opened, &customer).await?
        }
        Some(customer) => finish_change(&app, &visitor, &opened, &customer).await?,
    };
    Ok(Progress::of("complete").with(cookies))
}

/// Whoever opens a link elsewhere is signed in to that account, or knows its password.
async fn is_theirs(
    app: &App,
    visitor: &Visitor,
    opened: &Opened,
    account: Option<&Customer>,
    proof: &Proof,
) -> Result<()> {
    let scope = &visitor.tenant.scope;
    let signed_in = visitor.signed_in_maybe().map(|who| &who.customer.id);
    if account.is_some_and(|customer| signed_in == Some(&customer.id)) {
        return Ok(());
    }
    let phc = match account {
        None => opened.remembered.phc.as_deref().map(Into::into),
        Some(customer) => passwords::find(&app.db, scope, &customer.id).await?,
    };
    let given = proof.password.as_ref().ok_or_else(password_needed)?;
    let attempt = attempts::begin(app, scope.tenant(), &opened.pending.id, visitor.client)?;
    if !app.hasher.verify(given, phc.as_deref()).await? {
        return Err(password_needed());
    }
    attempt.was_right();
    Ok(())
}

fn password_needed() -> Error {
    Code::ReauthenticationRequired
        .error("This is another browser than the one that asked for the mail; type the password of the account")
        .field("password", "is not the password of the account", "Type the password you chose when you signed up")
}

/// Choose a new password
///
/// All older sessions end. A link that a developer asked for at registration makes the account.
#[utoipa::path(post, path = "/auth/reset", operation_id = "resetPassword", tag = "hosted pages", request_body(content = ResetInput),
    responses((status = 200, description = "Set, and signed in", body = Progress)))]
pub(crate) async fn reset(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = ResetInput::read(&mut visitor.fields)?;
    let (opened, _) = open(&app, &visitor, &input.proof).await?;
    if opened.purpose != Purpose::ResetPassword {
        return Err(codes::invalid().into());
    }
    let tenant = &visitor.tenant;
    let phc = app.hasher.hash(&input.password).await?;
    let email = Email::parse(&opened.remembered.email)?;
    let found = customers::find_by_email(&app.db, &tenant.scope, &email.folded()).await?;
    let prepared = session::prepare(&app, tenant, visitor.user_agent.as_deref())?;
    let token = &*opened.pending.id;
    let effects = Effects {
        spend: Some(token),
        password: Some(&phc),
        verify: true,
        open: Some(&prepared.session),
        ..Effects::at(app.clock.machine())
    };
    match found {
        Some(customer) => {
            let known = opened.pending.user.as_ref();
            if known.is_some_and(|user| *user != customer.id) {
                return Err(codes::invalid().into());
            }
            let letter = codes::note(&app, tenant, &email, &Letter::PasswordChanged {});
            let effects = Effects {
                end: End::All,
                forget_tokens: true,
                // Whoever set up other ways in before the address was shown to be theirs loses them.
                disown: !customer.email_verified,
                mails: letter.into_iter().collect(),
                ..effects
            };
            let act = app.act(&customer.id, "account.reset", &customer.id, &json!({}));
            accounts::change(&app.db, &tenant.scope, &customer, &effects, &act).await?;
            app.wake_outbox();
        }
        None if opened.remembered.may_create => {
            create(&app, &visitor, &email, &opened, &effects).await?;
        }
        None => return Err(codes::invalid().into()),
    }
    Ok(Progress::of("complete").with(cookies_of(&app, &visitor, prepared)?))
}

/// What a proof opens, and whether it came back to the browser that began.
async fn open(app: &App, visitor: &Visitor, proof: &Proof) -> Result<(Opened, bool)> {
    let tenant = &visitor.tenant;
    if let Some(token) = &proof.token {
        let attempt = attempts::begin(app, tenant.scope.tenant(), "link", visitor.client);
        let opened = codes::by_link(app, tenant, token).await;
        // A right link is never refused; only a wrong one may turn into 429.
        return match (opened, attempt) {
            (Ok(opened), attempt) => {
                if let Ok(attempt) = attempt {
                    attempt.was_right();
                }
                let here = visitor.flow().map(secret::hash);
                let here = here.as_deref() == opened.pending.flow_hash.as_deref();
                Ok((opened, here))
            }
            (Err(_), Err(limited)) => Err(limited),
            (Err(error), Ok(_)) => Err(error),
        };
    }
    let flow = proof.flow.as_deref().or_else(|| visitor.flow());
    let flow = flow.ok_or_else(codes::invalid)?;
    let attempt = attempts::begin(app, tenant.scope.tenant(), flow, visitor.client)?;
    let code = proof.code.as_deref().unwrap_or_default();
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let opened = codes::try_code(app, tenant, flow, &code).await?;
    attempt.was_right();
    Ok((opened, true))
}

async fn finish_sign_up(app: &App, visitor: &Visitor, opened: &Opened) -> Result<Vec<HeaderValue>> {
    let tenant = &visitor.tenant;
    let email = Email::parse(&opened.remembered.email)?;
    let found = customers::find_by_email(&app.db, &tenant.scope, &email.folded()).await?;
    let prepared = session::prepare(app, tenant, visitor.user_agent.as_deref())?;
    let effects = Effects {
        spend: Some(&opened.pending.id),
        password: opened.remembered.phc.as_deref(),
        verify: true,
        open: Some(&prepared.session),
        ..Effects::at(app.clock.machine())
    };
    match found {
        None => create(app, visitor, &email, opened, &effects).await?,
        // Somebody put the address into an account without showing that it is theirs.
        Some(customer) if !customer.email_verified => {
            let effects = Effects {
                disown: true,
                forget_tokens: true,
                end: End::All,
                ..effects
            };
            let act = app.act(&customer.id, "account.claim", &customer.id, &json!({}));
            accounts::change(&app.db, &tenant.scope, &customer, &effects, &act).await?;
        }
        Some(_) => return Err(codes::invalid()),
    }
    cookies_of(app, visitor, prepared)
}

async fn finish_verification(
    app: &App,
    visitor: &Visitor,
    opened: &Opened,
    customer: &Customer,
) -> Result<Vec<HeaderValue>> {
    let tenant = &visitor.tenant;
    let same = customer.email.as_deref() == Some(&*opened.remembered.email);
    if !same {
        return Err(codes::invalid());
    }
    let already = visitor
        .signed_in_maybe()
        .is_some_and(|signed_in| signed_in.customer.id == customer.id);
    let prepared = session::prepare(app, tenant, visitor.user_agent.as_deref())?;
    let opens = !already;
    let effects = Effects {
        spend: Some(&opened.pending.id),
        verify: true,
        open: opens.then_some(&prepared.session),
        ..Effects::at(app.clock.machine())
    };
    let act = app.act(&customer.id, "account.verify", &customer.id, &json!({}));
    accounts::change(&app.db, &tenant.scope, customer, &effects, &act).await?;
    if opens {
        cookies_of(app, visitor, prepared)
    } else {
        Ok(Vec::new())
    }
}

async fn finish_change(
    app: &App,
    visitor: &Visitor,
    opened: &Opened,
    customer: &Customer,
) -> Result<Vec<HeaderValue>> {
    let tenant = &visitor.tenant;
    let email = Email::parse(&opened.remembered.email)?;
    let old = customer.email.as_deref().map(Email::parse).transpose()?;
    let letter = Letter::EmailChanged {
        new_email: email.as_str(),
    };
    let mail = old.and_then(|old| codes::note(app, tenant, &old, &letter));
    let kept = visitor
        .signed_in_maybe()
        .filter(|signed_in| signed_in.customer.id == customer.id)
        .map(|signed_in| &*signed_in.session.id);
    let folded = email.folded();
    let effects = Effects {
        spend: Some(&opened.pending.id),
        email: Some((email.as_str(), &folded)),
        forget_tokens: true,
        end: kept.map_or(End::All, End::Others),
        mails: mail.into_iter().collect(),
        ..Effects::at(app.clock.machine())
    };
    let act = app.act(&customer.id, "account.email", &customer.id, &json!({}));
    accounts::change(&app.db, &tenant.scope, customer, &effects, &act).await?;
    app.wake_outbox();
    Ok(Vec::new())
}

/// The account a code was made for.
async fn owner(app: &App, visitor: &Visitor, opened: &Opened) -> Result<Customer> {
    let user = opened.pending.user.as_deref().ok_or_else(codes::invalid)?;
    let found = customers::find(&app.db, &visitor.tenant.scope, user).await?;
    found.ok_or_else(codes::invalid)
}

async fn create(
    app: &App,
    visitor: &Visitor,
    email: &Email,
    opened: &Opened,
    effects: &Effects<'_>,
) -> Result<()> {
    let id = UserId::new(app.now(), app.random.bytes());
    let fields = Stored {
        first_name: opened.remembered.first_name.clone(),
        last_name: opened.remembered.last_name.clone(),
        ..Stored::of_email(email)
    };
    let act = app.act(id.as_str(), "account.create", id.as_str(), &json!({}));
    let scope = &visitor.tenant.scope;
    let made = accounts::create(&app.db, scope, &id, &fields, effects, &act).await;
    // Someone proved the same address in the same moment.
    made.map_err(|error| {
        if error.code() == Code::EmailTaken {
            codes::invalid()
        } else {
            error
        }
    })
}

/// The cookie of a new session; the flow is over.
fn cookies_of(app: &App, visitor: &Visitor, prepared: Prepared) -> Result<Vec<HeaderValue>> {
    let over = cookies::clear(app, Name::Flow, visitor.tenant.scope.tenant())?;
    Ok(vec![prepared.cookie, over])
}
