//! Signing up and in on the hosted pages, and the way back to the app.

mod answer;
pub(crate) mod exchange;
mod input;
pub(crate) mod proof;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use dream_domain::error::{Code, Result};
use dream_domain::id::UserId;
use dream_domain::project::EmailVerification;
use dream_domain::user::Email;
use dream_store::accounts::{self, Effects};
use dream_store::customers::{self, Customer, Fields as Stored};
use dream_store::{passwords, sessions};
use serde_json::json;

use crate::app::App;
use crate::auth::answer::{Destination, SessionBody};
use crate::auth::input::{
    ContinueInput, ForgotInput, OnProject, ResendInput, SignInInput, SignUpInput,
};
use crate::caller::Visitor;
use crate::cookies::{self, Name};
use crate::http::problem;
use crate::signing_in::answer::{Done, Progress, with_cookies};
use crate::signing_in::codes::{self, Purpose, Remembered, Send};
use crate::signing_in::person::Person;
use crate::signing_in::way_back::{self, WayBack};
use crate::signing_in::{attempts, session};

/// Sign up
///
/// Where a project asks for verification first, new and taken addresses are answered the same. What is made
/// or mailed here counts like a failed sign-in does (rules 31), or an address could fill the database.
#[utoipa::path(post, path = "/auth/sign-up", operation_id = "signUp", tag = "hosted pages", request_body(content = SignUpInput),
    responses((status = 200, description = "How far the person is", body = Progress)))]
pub(crate) async fn sign_up(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = SignUpInput::read(&mut visitor.fields)?;
    let tenant = &visitor.tenant;
    let attempt = attempts::begin(
        &app,
        tenant.scope.tenant(),
        &input.email.folded(),
        visitor.client,
    )?;
    let found = customers::find_by_email(&app.db, &tenant.scope, &input.email.folded()).await?;
    if app.email_verification(tenant) == EmailVerification::Required {
        let begun = prove_address(&app, &visitor, input, found.as_ref()).await?;
        return Ok(Progress::begun("verify", &begun).with([begun.cookie]));
    }
    let Some(customer) = found else {
        return Ok(at_once(&app, &visitor, &input).await?);
    };
    let phc = passwords::find(&app.db, &tenant.scope, &customer.id).await?;
    if app.hasher.verify(&input.password, phc.as_deref()).await? {
        attempt.was_right();
        return Ok(enter(&app, &visitor, &customer, input.way).await?);
    }
    let begun = prove_address(&app, &visitor, input, Some(&customer)).await?;
    Ok(Progress::begun("verify", &begun).with([begun.cookie]))
}

/// Mails a code to a new address, and a note to the owner of a verified one. Both take as long.
async fn prove_address(
    app: &App,
    visitor: &Visitor,
    input: SignUpInput,
    found: Option<&Customer>,
) -> Result<codes::Begun> {
    let phc = app.hasher.hash(&input.password).await?;
    let send = if found.is_some_and(|customer| customer.email_verified) {
        Send::AccountExists
    } else {
        Send::Code
    };
    let remembered = Remembered {
        email: input.email.as_str().to_owned(),
        phc: Some(phc),
        first_name: input.first_name,
        last_name: input.last_name,
        way: input.way,
        ..Remembered::default()
    };
    let user = found.map(|customer| &*customer.id);
    codes::begin(
        app,
        &visitor.tenant,
        Purpose::SignUp,
        user,
        remembered,
        send,
    )
    .await
}

/// Makes the account and signs in at once; the address is verified later.
async fn at_once(app: &App, visitor: &Visitor, input: &SignUpInput) -> Result<Response> {
    let tenant = &visitor.tenant;
    let phc = app.hasher.hash(&input.password).await?;
    let id = UserId::new(app.now(), app.random.bytes());
    let prepared = session::prepare(app, tenant, visitor.user_agent.as_deref())?;
    let fields = Stored {
        first_name: input.first_name.clone(),
        last_name: input.last_name.clone(),
        ..Stored::of_email(&input.email)
    };
    let effects = Effects {
        password: Some(&phc),
        open: Some(&prepared.session),
        ..Effects::at(app.clock.machine())
    };
    let act = app.act(id.as_str(), "account.create", id.as_str(), &json!({}));
    accounts::create(&app.db, &tenant.scope, &id, &fields, &effects, &act).await?;
    let remembered = Remembered {
        email: input.email.as_str().to_owned(),
        way: input.way.clone(),
        ..Remembered::default()
    };
    let mut cookies = vec![prepared.cookie];
    // The mail is a courtesy here: without a mail server one signs up all the same.
    match codes::begin(
        app,
        tenant,
        Purpose::VerifyEmail,
        Some(id.as_str()),
        remembered,
        Send::Code,
    )
    .await
    {
        Ok(begun) => cookies.push(begun.cookie),
        Err(error) if error.code() == Code::MailNotConfigured => {}
        Err(error) => return Err(error),
    }
    Ok(Progress::of("complete").with(cookies))
}

/// Sign in
///
/// An unknown address and a wrong password are answered the same, in the same time.
#[utoipa::path(post, path = "/auth/sign-in", operation_id = "signIn", tag = "hosted pages", request_body(content = SignInInput),
    responses((status = 200, description = "How far the person is", body = Progress)))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = SignInInput::read(&mut visitor.fields)?;
    let scope = &visitor.tenant.scope;
    let folded = input.email.folded();
    let attempt = attempts::begin(&app, scope.tenant(), &folded, visitor.client)?;
    let found = customers::find_by_email(&app.db, scope, &folded).await?;
    let phc = match &found {
        Some(customer) => passwords::find(&app.db, scope, &customer.id).await?,
        None => None,
    };
    let right = app.hasher.verify(&input.password, phc.as_deref()).await?;
    let Some(customer) = found.filter(|_| right) else {
        return Err(Code::InvalidCredentials
            .error("The e-mail address or the password is wrong")
            .into());
    };
    attempt.was_right();
    Ok(enter(&app, &visitor, &customer, input.way).await?)
}

/// Opens the session of someone who has just shown the password, or asks for the address first.
async fn enter(
    app: &App,
    visitor: &Visitor,
    customer: &Customer,
    way: WayBack,
) -> Result<Response> {
    let tenant = &visitor.tenant;
    let email = customer.email.as_deref();
    let required = app.email_verification(tenant) == EmailVerification::Required;
    if let Some(email) = email.filter(|_| required && !customer.email_verified) {
        let remembered = Remembered {
            email: email.to_owned(),
            way,
            ..Remembered::default()
        };
        let purpose = Purpose::VerifyEmail;
        let user = Some(&*customer.id);
        let begun = codes::begin(app, tenant, purpose, user, remembered, Send::Code).await?;
        return Ok(Progress::begun("verify", &begun).with([begun.cookie]));
    }
    let agent = visitor.user_agent.as_deref();
    let (_, cookie) = session::open(app, tenant, &customer.id, agent).await?;
    Ok(Progress::of("complete").with([cookie]))
}

/// Send the mail again
#[utoipa::path(post, path = "/auth/resend", operation_id = "resendCode", tag = "hosted pages", request_body(content = ResendInput),
    responses((status = 200, description = "Sent, with a fresh flow", body = Progress)))]
pub(crate) async fn resend(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = ResendInput::read(&mut visitor.fields)?;
    attempts::begin(
        &app,
        visitor.tenant.scope.tenant(),
        &input.flow,
        visitor.client,
    )?;
    let begun = codes::again(&app, &visitor.tenant, &input.flow).await?;
    Ok(Progress::begun("sent", &begun).with([begun.cookie]))
}

/// Ask for a new password
///
/// Every address is answered the same; only one with an account gets a mail.
#[utoipa::path(post, path = "/auth/forgot", operation_id = "forgotPassword", tag = "hosted pages", request_body(content = ForgotInput),
    responses((status = 200, description = "A code is mailed if there is an account", body = Progress)))]
pub(crate) async fn forgot(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Response> {
    let input = ForgotInput::read(&mut visitor.fields)?;
    let tenant = &visitor.tenant;
    let folded = input.email.folded();
    attempts::begin(&app, tenant.scope.tenant(), &folded, visitor.client)?;
    let found = customers::find_by_email(&app.db, &tenant.scope, &folded).await?;
    let send = if found.is_some() {
        Send::Code
    } else {
        Send::Nothing
    };
    let remembered = Remembered {
        email: addressed(&input.email, found.as_ref()),
        way: input.way,
        ..Remembered::default()
    };
    let user = found.as_ref().map(|customer| &*customer.id);
    let begun = codes::begin(&app, tenant, Purpose::ResetPassword, user, remembered, send).await?;
    Ok(Progress::begun("verify", &begun).with([begun.cookie]))
}

/// The address as its owner wrote it: what was typed now may differ in case, and mail goes to the owner.
fn addressed(typed: &Email, found: Option<&Customer>) -> String {
    let owned = found.and_then(|customer| customer.email.as_deref());
    owned.unwrap_or(typed.as_str()).to_owned()
}

/// Go on to the app
///
/// Answers the address to go to, with what proves the sign-in to the app.
#[utoipa::path(post, path = "/auth/continue", operation_id = "continueToApp", tag = "hosted pages", request_body(content = ContinueInput),
    responses((status = 200, description = "Where to go", body = Destination)))]
pub(crate) async fn go_on(
    State(app): State<App>,
    mut visitor: Visitor,
) -> problem::Result<Json<Destination>> {
    let way = WayBack::read(&mut visitor.fields)?;
    let signed_in = visitor.signed_in()?;
    let (session, customer) = (&signed_in.session.id, &signed_in.customer);
    let url = way_back::url(&app, &visitor.tenant, session, customer, &way).await?;
    Ok(Json(Destination { url }))
}

/// Who is signed in here
#[utoipa::path(post, path = "/auth/session", operation_id = "getSession", tag = "hosted pages", request_body(content = OnProject),
    responses((status = 200, description = "The person, or nobody", body = SessionBody)))]
pub(crate) async fn session(
    State(app): State<App>,
    visitor: Visitor,
) -> problem::Result<Json<SessionBody>> {
    let user = match visitor.signed_in_maybe() {
        Some(signed_in) => Some(Person::of(&app, &visitor.tenant, &signed_in.customer).await?),
        None => None,
    };
    Ok(Json(SessionBody { user }))
}

/// Sign out
///
/// Ends the session with its tokens, and forgets the cookie. Nobody signed in is fine too.
#[utoipa::path(post, path = "/auth/sign-out", operation_id = "signOut", tag = "hosted pages", request_body(content = OnProject),
    responses((status = 200, description = "Signed out", body = Done)))]
pub(crate) async fn sign_out(
    State(app): State<App>,
    visitor: Visitor,
) -> problem::Result<Response> {
    let scope = &visitor.tenant.scope;
    if let Some(signed_in) = visitor.signed_in_maybe() {
        let session = &signed_in.session;
        let now = app.clock.machine();
        sessions::revoke(&app.db, scope, &session.user_id, Some(&session.id), now).await?;
    }
    let cookie = cookies::clear(&app, Name::Session, scope.tenant())?;
    Ok(with_cookies(Json(Done { success: true }), [cookie]))
}
