//! What happens to one account in one transaction: passwords, addresses, sessions and the mails about it.

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::UserId;
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::customers::{self, Customer, Fields};
use crate::db::Change;
use crate::one_time;
use crate::outbox::{self, Message};
use crate::params;
use crate::passwords;
use crate::scope::{Scope, hold};
use crate::sessions::{self, NewSession};
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    TOUCH = "update end_users set version = version + 1, updated_at = $3 where publishable_key = $1 and user_id = $2";
    VERIFY = "update end_users set email_verified = 1 where publishable_key = $1 and user_id = $2";
    SET_EMAIL = "update end_users set email = $3, email_folded = $4, email_verified = 1 where publishable_key = $1 and user_id = $2";
    SET_NAMES = "update end_users set first_name = $3, last_name = $4 where publishable_key = $1 and user_id = $2";
}

/// Which sessions end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End<'a> {
    /// None.
    #[default]
    Nothing,
    /// All, those opened before this transaction.
    All,
    /// All but this one.
    Others(&'a str),
}

/// What happens; everything that is set, in one transaction or not at all.
#[derive(Clone, Debug)]
pub struct Effects<'a> {
    /// Machine time, by which tokens and sessions end.
    pub machine: Millis,
    /// This token is used; if it was used meanwhile, nothing happens (401 `invalid_code`).
    pub spend: Option<&'a str>,
    /// The password becomes this (PHC).
    pub password: Option<&'a str>,
    /// Password and identities are taken away first: whoever set them never showed that the address is theirs.
    pub disown: bool,
    /// The address was shown to be theirs.
    pub verify: bool,
    /// The address becomes this, as typed and folded, and counts as shown (409 `email_taken`).
    pub email: Option<(&'a str, &'a str)>,
    /// Given and family name become these.
    pub names: Option<(Option<&'a str>, Option<&'a str>)>,
    /// Pending codes and links of the user end.
    pub forget_tokens: bool,
    /// Sessions that end.
    pub end: End<'a>,
    /// A session is opened.
    pub open: Option<&'a NewSession>,
    /// Mails that are sent.
    pub mails: Vec<Message>,
}

impl Effects<'_> {
    /// Nothing yet.
    pub fn at(machine: Millis) -> Self {
        Self {
            machine,
            spend: None,
            password: None,
            disown: false,
            verify: false,
            email: None,
            names: None,
            forget_tokens: false,
            end: End::Nothing,
            open: None,
            mails: Vec::new(),
        }
    }
}

/// Makes an account.
pub async fn create(
    db: &Db,
    scope: &Scope,
    id: &UserId,
    fields: &Fields,
    effects: &Effects<'_>,
    act: &Act<'_>,
) -> Result<()> {
    let tenant = scope.tenant();
    let mut steps = vec![
        hold(tenant),
        customers::steps::add(tenant, id.as_str(), fields, effects.verify, act.at),
    ];
    // The token is used first, so that a used one is told apart from a taken address.
    let spends = usize::from(effects.spend.is_some());
    if let Some(token) = effects.spend {
        steps.insert(0, one_time::spend_step(tenant, token, effects.machine));
    }
    steps.extend(rest(tenant, id.as_str(), effects));
    run(db, scope, id.as_str(), steps, act, spends, spends + 1).await
}

/// Changes an account.
pub async fn change(
    db: &Db,
    scope: &Scope,
    customer: &Customer,
    effects: &Effects<'_>,
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user) = (scope.tenant(), &*customer.id);
    let mut steps = Vec::new();
    if let Some(token) = effects.spend {
        steps.push(one_time::spend_step(tenant, token, effects.machine));
    }
    let spends = steps.len();
    steps.push(Step::new(&TOUCH, params![tenant, user, act.at]).must_change(1));
    let mut taken = usize::MAX;
    if let Some((email, folded)) = effects.email {
        taken = steps.len();
        steps.push(Step::new(&SET_EMAIL, params![tenant, user, email, folded]));
    } else if effects.verify {
        steps.push(Step::new(&VERIFY, params![tenant, user]));
    }
    if let Some((first, last)) = effects.names {
        steps.push(Step::new(&SET_NAMES, params![tenant, user, first, last]));
    }
    steps.extend(rest(tenant, user, effects));
    run(db, scope, user, steps, act, spends, taken).await
}

/// What is the same for a new account and one that is there.
fn rest(tenant: &str, user: &str, effects: &Effects<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let machine = effects.machine;
    if effects.disown {
        steps.push(passwords::delete_step(tenant, user));
        steps.push(Step::new(
            &customers::steps::DELETE_IDENTITIES,
            params![tenant, user],
        ));
    }
    if let Some(phc) = effects.password {
        steps.push(passwords::put_step(tenant, user, phc, machine));
    }
    if effects.forget_tokens {
        steps.push(one_time::forget_step(tenant, user));
    }
    match effects.end {
        End::Nothing => {}
        End::All => steps.push(sessions::revoke_all_step(tenant, user, None, machine)),
        End::Others(kept) => {
            steps.push(sessions::revoke_all_step(tenant, user, Some(kept), machine));
        }
    }
    steps.extend(
        effects
            .open
            .map(|session| sessions::add_step(tenant, user, session)),
    );
    steps.extend(effects.mails.iter().map(outbox::add_step));
    steps
}

async fn run(
    db: &Db,
    scope: &Scope,
    user: &str,
    mut steps: Vec<Step>,
    act: &Act<'_>,
    spends: usize,
    taken: usize,
) -> Result<()> {
    steps.push(act.step(scope.platform(), Some(scope.tenant())));
    let change = Change {
        steps,
        bumps: vec![db.versions().user_slot(scope.tenant(), user)],
        ..Change::default()
    };
    let done = db.change(change).await;
    done.map(|_| ()).map_err(|refusal| match refusal {
        Refusal::Guard(step) if step < spends => used(),
        Refusal::Guard(_) => Code::CustomerNotFound.error("This account is deleted"),
        Refusal::Taken(step) if step == taken => {
            Code::EmailTaken.error("Another account of this project has this e-mail")
        }
        refusal => refusal.into(),
    })
}

fn used() -> Error {
    Code::InvalidCode.error("This code or link was used already; ask for a new one")
}
