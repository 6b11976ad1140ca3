//! Which account a person from a provider gets (rules 28).
//!
//! A known identity has its account. Otherwise the address decides, and only if the provider has verified
//! it: an account whose address was verified here too is linked, one whose address was not goes to the
//! person, and whoever made it loses every way in. An address that the provider has not verified never
//! reaches an account that is there.

use axum::http::HeaderValue;
use dream_domain::error::{Code, Error, Result};
use dream_domain::id::UserId;
use dream_domain::project::EmailVerification;
use dream_domain::user::{Email, check_name};
use dream_providers::oidc::Person;
use dream_store::customers::{self, Customer, Fields};
use dream_store::identities::{self, Identity, Owner};
use dream_store::projects::Tenant;
use serde_json::json;

use crate::app::App;
use crate::signing_in::codes::{self, Purpose, Remembered, Send};
use crate::signing_in::offered::Registered;
use crate::signing_in::way_back::WayBack;

/// How often an account is looked for anew, because it changed at the same moment.
const ATTEMPTS: usize = 3;

/// The account of a person, found, linked, claimed or made.
pub(super) async fn of(
    app: &App,
    tenant: &Tenant,
    provider: &Registered,
    person: &Person,
) -> Result<Account> {
    let identity = Identity {
        provider: &provider.id,
        issuer: &provider.issuer,
        subject: &person.subject,
        email: person.email.as_deref(),
    };
    let search = Search {
        app,
        tenant,
        identity,
        person,
        email: person
            .email
            .as_deref()
            .and_then(|address| Email::parse(address).ok()),
    };
    let mut outcome = search.account().await;
    for _ in 1..ATTEMPTS {
        match outcome {
            Err(error) if error.code() == Code::Conflict => outcome = search.account().await,
            other => return other,
        }
    }
    outcome
}

/// An account that someone has just come to.
pub(super) struct Account {
    pub(super) customer: Customer,
    is_new: bool,
}

/// What happens before a person is let in whose address nobody has verified: where the project asks for
/// that first, nothing more; elsewhere a new account gets the mail that one who signs up gets.
pub(super) async fn welcome(
    app: &App,
    tenant: &Tenant,
    account: &Account,
    way: &WayBack,
) -> Result<Option<HeaderValue>> {
    let customer = &account.customer;
    if customer.email_verified {
        return Ok(None);
    }
    if app.email_verification(tenant) == EmailVerification::Required {
        return Err(not_verified());
    }
    let Some(email) = customer.email.as_deref().filter(|_| account.is_new) else {
        return Ok(None);
    };
    let remembered = Remembered {
        email: email.to_owned(),
        way: way.clone(),
        ..Remembered::default()
    };
    let (purpose, user) = (Purpose::VerifyEmail, Some(&*customer.id));
    match codes::begin(app, tenant, purpose, user, remembered, Send::Code).await {
        Ok(begun) => Ok(Some(begun.cookie)),
        Err(error) if error.code() == Code::MailNotConfigured => Ok(None),
        Err(error) => Err(error),
    }
}

struct Search<'a> {
    app: &'a App,
    tenant: &'a Tenant,
    identity: Identity<'a>,
    person: &'a Person,
    email: Option<Email>,
}

impl Search<'_> {
    async fn account(&self) -> Result<Account> {
        let (db, scope) = (&self.app.db, &self.tenant.scope);
        if let Some(user) = identities::find(db, scope, &self.identity).await? {
            return self.known(&user).await;
        }
        let email = self.email.as_ref().ok_or_else(not_verified)?;
        let found = customers::find_by_email(db, scope, &email.folded()).await?;
        match found {
            None => self.create(email).await,
            Some(_) if !self.person.email_verified => self.taken().await,
            Some(customer) if customer.email_verified => self.link(&customer, email).await,
            Some(customer) => self.claim(&customer, email).await,
        }
    }

    /// Someone who was here before. The provider may have verified the address since.
    async fn known(&self, user: &str) -> Result<Account> {
        let customer = self.read(user).await?;
        let folded = self.email.as_ref().map(Email::folded);
        let theirs = customer.email.as_deref().map(Email::parse);
        let theirs = theirs.and_then(Result::ok).map(|email| email.folded());
        let verifies = self.person.email_verified && !customer.email_verified;
        if let Some(folded) = folded.filter(|folded| verifies && theirs.as_ref() == Some(folded)) {
            let act = self.app.act(user, "account.verify", user, &self.detail());
            let (db, scope) = (&self.app.db, &self.tenant.scope);
            identities::verify(db, scope, user, &folded, &act).await?;
            return Ok(old(self.read(user).await?));
        }
        Ok(old(customer))
    }

    async fn create(&self, email: &Email) -> Result<Account> {
        let verified = self.person.email_verified;
        // An account that waits for a mail would be one that somebody else's click opens (cases ACC-13).
        if !verified && self.app.email_verification(self.tenant) == EmailVerification::Required {
            return Err(not_verified());
        }
        let app = self.app;
        let id = UserId::new(app.now(), app.random.bytes());
        let (first_name, last_name) = names(self.person);
        let fields = Fields {
            first_name,
            last_name,
            ..Fields::of_email(email)
        };
        let act = app.act(id.as_str(), "account.create", id.as_str(), &self.detail());
        let scope = &self.tenant.scope;
        let identity = &self.identity;
        let made = identities::create(&app.db, scope, &id, &fields, verified, identity, &act).await;
        made.map_err(|error| match error.code() {
            // Somebody made the account in the same moment: what holds for it is decided anew.
            Code::EmailTaken => Code::Conflict.error("The account was made at the same time"),
            _ => error,
        })?;
        Ok(Account {
            customer: self.read(id.as_str()).await?,
            is_new: true,
        })
    }

    async fn link(&self, customer: &Customer, email: &Email) -> Result<Account> {
        let (db, scope) = (&self.app.db, &self.tenant.scope);
        let linked = identities::list(db, scope, &customer.id).await?;
        // Two people of one issuer are two, whatever their address: it may have been given to another.
        if linked
            .iter()
            .any(|other| *other.issuer == *self.identity.issuer)
        {
            return self.taken().await;
        }
        let act = self
            .app
            .act(&customer.id, "account.link", &customer.id, &self.detail());
        let folded = email.folded();
        identities::link(db, scope, &customer.id, &folded, &self.identity, &act).await?;
        Ok(old(self.read(&customer.id).await?))
    }

    async fn claim(&self, customer: &Customer, email: &Email) -> Result<Account> {
        let (db, scope) = (&self.app.db, &self.tenant.scope);
        let (first_name, last_name) = names(self.person);
        let owner = Owner {
            email_folded: &email.folded(),
            first_name: first_name.as_deref(),
            last_name: last_name.as_deref(),
        };
        let act = self
            .app
            .act(&customer.id, "account.claim", &customer.id, &self.detail());
        let machine = self.app.clock.machine();
        identities::claim(
            db,
            scope,
            &customer.id,
            &owner,
            &self.identity,
            machine,
            &act,
        )
        .await?;
        Ok(old(self.read(&customer.id).await?))
    }

    /// The account is another's, unless the same person came to it by another way in this moment.
    async fn taken(&self) -> Result<Account> {
        let (db, scope) = (&self.app.db, &self.tenant.scope);
        match identities::find(db, scope, &self.identity).await? {
            Some(user) => self.known(&user).await,
            None => Err(taken()),
        }
    }

    async fn read(&self, user: &str) -> Result<Customer> {
        let found = customers::find(&self.app.db, &self.tenant.scope, user).await?;
        found.ok_or_else(|| Code::Conflict.error("The account was deleted at the same time"))
    }

    fn detail(&self) -> serde_json::Value {
        json!({"provider": self.identity.provider})
    }
}

fn old(customer: Customer) -> Account {
    Account {
        customer,
        is_new: false,
    }
}

/// Given and family name as they are stored; what does not fit is left out. A provider that knows only
/// the whole name gives that as the given one.
fn names(person: &Person) -> (Option<String>, Option<String>) {
    let name = |field: &str, text: Option<&String>| {
        text.and_then(|text| check_name(field, text.trim()).ok())
    };
    let last = name("lastName", person.family_name.as_ref());
    let whole = person.name.as_ref().filter(|_| last.is_none());
    let first = name("firstName", person.given_name.as_ref().or(whole));
    (first, last)
}

fn taken() -> Error {
    Code::EmailTaken
        .error("There is an account with this e-mail already; sign in with your password first")
}

fn not_verified() -> Error {
    Code::EmailNotVerified.error(
        "The provider has not verified your e-mail address; sign up with e-mail and password",
    )
}
