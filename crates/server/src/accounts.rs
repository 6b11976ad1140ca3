//! What a person does with their own account on the hosted pages. Everything here needs the cookie of a
//! sign-in; a token of an app opens none of it (rules 27).

mod answer;
mod input;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use dream_domain::error::{Code, Error, Result};
use dream_domain::user::Email;
use dream_store::accounts::{self, Effects, End};
use dream_store::{customers, identities, passwords, sessions};
use serde_json::json;

use crate::accounts::answer::{AccountBody, IdentityRow, SessionRow, UserBody};
use crate::accounts::input::{
    DeletionInput, DisconnectInput, EmailInput, EndInput, OwnAccount, PasswordInput, ProfileInput,
};
use crate::app::App;
use crate::caller::{SignedIn, Visitor};
use crate::cookies::{self, Name};
use crate::http::problem;
use crate::mail::Letter;
use crate::signing_in::answer::{Done, Progress, with_cookies};
use crate::signing_in::codes::{self, Purpose, Remembered, Send};
use crate::signing_in::person::Person;
use crate::signing_in::{attempts, offered};
use crate::subscriptions;

/// How long a sign-in counts as fresh where there is no password to ask for.
const FRESH_MS: i64 = 10 * 60_000;

/// Your account
#[utoipa::path(post, path = "/auth/account", operation_id = "getAccount", tag = "hosted pages", request_body(content = OwnAccount),
    responses((status = 200, description = "The account", body = AccountBody)))]
pub(crate) async fn get(
    State(app): State<App>,
    visitor: Visitor,
) -> problem::Result<Json<AccountBody>> {
    let SignedIn { session, customer } = visitor.signed_in()?;
    let tenant = &visitor.tenant;
    let (scope, now) = (&tenant.scope, app.clock.machine());
    let phc = passwords::find(&app.db, scope, &customer.id).await?;
    let rows = sessions::list(&app.db, scope, &customer.id, now).await?;
    let linked = identities::list(&app.db, scope, &customer.id).await?;
    let names = offered::list(&app, tenant).await?;
    let name = |id: &str| {
        let known = names.iter().find(|known| known.id == id);
        known.map_or_else(|| id.to_owned(), |known| known.name.clone())
    };
    Ok(Json(AccountBody {
        user: Person::of(&app, tenant, customer).await?,
        has_password: phc.is_some(),
        sessions: rows
            .iter()
            .map(|row| SessionRow::of(row, &session.id))
            .collect(),
        identities: linked
            .iter()
            .map(|identity| IdentityRow {
                provider: identity.provider.to_string(),
                name: name(&identity.provider),
                email: identity.email.as_deref().map(str::to_owned),
            })
            .collect(),
    }))
}

/// Change your name
#[utoipa::path(post, path = "/auth/account/profile", operation_id = "updateProfile", tag = "hosted pages", request_body(content = ProfileInput),
    responses((status = 200, description = "Changed", body = UserBody)))]
pub(crate) async fn profile(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Json<UserBody>> {
    let input = ProfileInput::read(&mut visitor.fields)?;
    let customer = &visitor.signed_in()?.customer;
    let tenant = &visitor.tenant;
    let effects = Effects {
        names: Some((input.first_name.as_deref(), input.last_name.as_deref())),
        ..Effects::at(app.clock.machine())
    };
    change(&app, &visitor, "account.profile", &effects).await?;
    let found = customers::find(&app.db, &tenant.scope, &customer.id).await?;
    let customer = found.ok_or_else(gone)?;
    Ok(Json(UserBody {
        user: Person::of(&app, tenant, &customer).await?,
    }))
}

/// Change your password
///
/// Every other session ends.
#[utoipa::path(post, path = "/auth/account/password", operation_id = "changePassword", tag = "hosted pages", request_body(content = PasswordInput),
    responses((status = 200, description = "Changed", body = Done)))]
pub(crate) async fn password(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Json<Done>> {
    let email = visitor.signed_in()?.customer.email.clone();
    let email = email.as_deref().unwrap_or_default();
    let input = PasswordInput::read(&mut visitor.fields, email)?;
    let given = input.current_password.as_ref().map(|p| p.as_str());
    prove(&app, &visitor, "currentPassword", given).await?;
    let phc = app.hasher.hash(&input.new_password).await?;
    let session = visitor.signed_in()?.session.id.clone();
    let effects = Effects {
        password: Some(&phc),
        forget_tokens: true,
        end: End::Others(&session),
        mails: note(&app, &visitor, &Letter::PasswordChanged {}),
        ..Effects::at(app.clock.machine())
    };
    change(&app, &visitor, "account.password", &effects).await?;
    Ok(Json(Done { success: true }))
}

/// Change your e-mail address
///
/// A code goes to the new address; the old one counts until it is verified, and is told. An address that
/// another account has is answered the same.
#[utoipa::path(post, path = "/auth/account/email", operation_id = "changeEmail", tag = "hosted pages", request_body(content = EmailInput),
    responses((status = 200, description = "A code was mailed", body = Progress)))]
pub(crate) async fn email(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = EmailInput::read(&mut visitor.fields)?;
    let given = input.password.as_ref().map(|p| p.as_str());
    prove(&app, &visitor, "password", given).await?;
    let customer = &visitor.signed_in()?.customer;
    let tenant = &visitor.tenant;
    let folded = input.email.folded();
    let found = customers::find_by_email(&app.db, &tenant.scope, &folded).await?;
    let taken = found.is_some_and(|other| other.id != customer.id);
    let send = if taken {
        Send::AccountExists
    } else {
        Send::Code
    };
    let remembered = Remembered {
        email: input.email.as_str().to_owned(),
        ..Remembered::default()
    };
    let user = Some(&*customer.id);
    let begun = codes::begin(&app, tenant, Purpose::ChangeEmail, user, remembered, send).await?;
    Ok(Progress::begun("verify", &begun).with([begun.cookie]))
}

/// Verify your e-mail address
///
/// Mails a code to the address of the account, which is then proven with `/auth/verify`.
#[utoipa::path(post, path = "/auth/account/verify", operation_id = "sendVerification", tag = "hosted pages", request_body(content = OwnAccount),
    responses((status = 200, description = "A code was mailed", body = Progress)))]
pub(crate) async fn verify(State(app): State<App>, visitor: Visitor) -> problem::Result<Response> {
    let customer = &visitor.signed_in()?.customer;
    let email = customer
        .email
        .as_deref()
        .filter(|_| !customer.email_verified);
    let email = email.ok_or_else(|| {
        Code::Conflict
            .error("There is no address to verify: it is verified already, or there is none")
    })?;
    let remembered = Remembered {
        email: email.to_owned(),
        ..Remembered::default()
    };
    let (purpose, user) = (Purpose::VerifyEmail, Some(&*customer.id));
    let begun = codes::begin(&app, &visitor.tenant, purpose, user, remembered, Send::Code).await?;
    Ok(Progress::begun("verify", &begun).with([begun.cookie]))
}

/// End sessions
///
/// One of yours, or all of them, this one too. Tokens of an ended session are refused at once.
#[utoipa::path(post, path = "/auth/account/sessions/end", operation_id = "endSessions", tag = "hosted pages", request_body(content = EndInput),
    responses((status = 200, description = "Ended", body = Done)))]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = EndInput::read(&mut visitor.fields)?;
    let SignedIn { session, customer } = visitor.signed_in()?;
    let scope = &visitor.tenant.scope;
    let id = input.id.as_deref();
    sessions::revoke(&app.db, scope, &customer.id, id, app.clock.machine()).await?;
    let body = Json(Done { success: true });
    if id.is_some_and(|id| *id != *session.id) {
        return Ok(body.into_response());
    }
    Ok(with_cookies(
        body,
        [cookies::clear(&app, Name::Session, scope.tenant())?],
    ))
}

/// Disconnect an account
///
/// It no longer signs in here. The last way to sign in stays (409 `conflict`).
#[utoipa::path(post, path = "/auth/account/identities/remove", operation_id = "disconnectAccount", tag = "hosted pages", request_body(content = DisconnectInput),
    responses((status = 200, description = "Disconnected", body = Done)))]
pub(crate) async fn disconnect(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Json<Done>> {
    let input = DisconnectInput::read(&mut visitor.fields)?;
    let user = &visitor.signed_in()?.customer.id;
    let detail = json!({"provider": input.provider});
    let act = app.act(user, "account.unlink", user, &detail);
    let scope = &visitor.tenant.scope;
    let done = identities::unlink(&app.db, scope, user, &input.provider, &act).await;
    done.map_err(|error| match error.code() {
        Code::Conflict => Code::Conflict.error(
            "This account is not connected, or it is your only way to sign in; set a password first",
        ),
        _ => error,
    })?;
    Ok(Json(Done { success: true }))
}

/// Delete your account
///
/// Everything of yours in this project goes, at once and for good.
#[utoipa::path(post, path = "/auth/account/delete", operation_id = "deleteAccount", tag = "hosted pages", request_body(content = DeletionInput),
    responses((status = 200, description = "Deleted", body = Done)))]
pub(crate) async fn delete(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = DeletionInput::read(&mut visitor.fields)?;
    let customer = visitor.signed_in()?.customer.clone();
    let typed = input.confirm.as_deref().unwrap_or_default();
    let folded = |text: &str| Email::parse(text).ok().map(|email| email.folded());
    let own = customer.email.as_deref().and_then(folded);
    if own.is_some() && folded(typed) != own {
        return Err(Code::ConfirmationRequired
            .error("Type your e-mail address into confirm, to delete the account")
            .field(
                "confirm",
                "is not your e-mail address",
                "Type it as it stands above",
            )
            .into());
    }
    let given = input.password.as_ref().map(|p| p.as_str());
    prove(&app, &visitor, "password", given).await?;
    let scope = &visitor.tenant.scope;
    let farewell = note(&app, &visitor, &Letter::AccountDeleted {});
    let act = app.act(&customer.id, "account.delete", &customer.id, &json!({}));
    subscriptions::cancel_all(&app, &visitor.tenant, &customer.id).await?;
    customers::delete(&app.db, scope, &customer, &farewell, &act).await?;
    app.wake_outbox();
    Ok(with_cookies(
        Json(Done { success: true }),
        [cookies::clear(&app, Name::Session, scope.tenant())?],
    ))
}

/// The person is still who signed in: the password, or where there is none a sign-in of the last minutes.
async fn prove(app: &App, visitor: &Visitor, field: &str, given: Option<&str>) -> Result<()> {
    let SignedIn { session, customer } = visitor.signed_in()?;
    let scope = &visitor.tenant.scope;
    let Some(phc) = passwords::find(&app.db, scope, &customer.id).await? else {
        let age = app.clock.machine().0 - session.authenticated_at.0;
        return if age <= FRESH_MS {
            Ok(())
        } else {
            Err(Code::ReauthenticationRequired
                .error("Sign out, sign in again and repeat this within ten minutes"))
        };
    };
    let given = given.ok_or_else(|| wrong_password(field))?;
    let attempt = attempts::begin(app, scope.tenant(), &customer.id, visitor.client)?;
    if !app.hasher.verify(given, Some(&phc)).await? {
        return Err(wrong_password(field));
    }
    attempt.was_right();
    Ok(())
}

fn wrong_password(field: &str) -> Error {
    Code::ReauthenticationRequired
        .error("The password is wrong or missing")
        .field(
            field,
            "is not your password",
            "Type the password you sign in with",
        )
}

async fn change(
    app: &App,
    visitor: &Visitor,
    action: &'static str,
    effects: &Effects<'_>,
) -> Result<()> {
    let customer = &visitor.signed_in()?.customer;
    let act = app.act(&customer.id, action, &customer.id, &json!({}));
    accounts::change(&app.db, &visitor.tenant.scope, customer, effects, &act).await?;
    if !effects.mails.is_empty() {
        app.wake_outbox();
    }
    Ok(())
}

/// A mail to the person's own address, where mail can be sent.
fn note(app: &App, visitor: &Visitor, letter: &Letter<'_>) -> Vec<dream_store::outbox::Message> {
    let email = visitor
        .signed_in_maybe()
        .and_then(|signed_in| Email::parse(signed_in.customer.email.as_deref()?).ok());
    email
        .and_then(|email| codes::note(app, &visitor.tenant, &email, letter))
        .into_iter()
        .collect()
}

fn gone() -> Error {
    Code::SignedOut.error("This account is deleted")
}
