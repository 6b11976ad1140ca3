//! End users of a tenant, the plans that were given to them, and their complete deletion.

pub(crate) mod list;
mod row;
pub(crate) mod steps;

pub use list::{Filter, list};

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::UserId;
use dream_domain::plan::Grant;
use dream_domain::time::Millis;
use dream_domain::user::Email;

use crate::Db;
use crate::audit::Act;
use crate::customers::row::{read, read_grant};
use crate::db::Change;
use crate::outbox::{self, Message};
use crate::params;
use crate::passwords;
use crate::scope::{Scope, hold};
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    FIND = "select user_id, external_id, email, email_verified, first_name, last_name, metadata, version, created_at, updated_at, plan, extra_until
        from end_users where publishable_key = $1 and user_id = $2";
    FIND_BY_EXTERNAL_ID = "select user_id, external_id, email, email_verified, first_name, last_name, metadata, version, created_at, updated_at, plan, extra_until
        from end_users where publishable_key = $1 and external_id = $2";
    FIND_BY_EMAIL = "select user_id, external_id, email, email_verified, first_name, last_name, metadata, version, created_at, updated_at, plan, extra_until
        from end_users where publishable_key = $1 and email_folded = $2";
    VERSION = "select version from end_users where publishable_key = $1 and user_id = $2";
    /// What was given and what was bought: every reader of plans sees both.
    GRANTS = "select plan, granted_by, until_at from (
          select plan, granted_by, until_at, created_at from grants where publishable_key = $1 and user_id = $2
          union all
          select claim_plan, 'subscription:' || subscription_id, claim_until, started_at from subscriptions
          where publishable_key = $1 and user_id = $2 and claim_plan is not null
        ) as held order by created_at, plan, granted_by";
    PAID = "select cast(1 as bigint) where exists (select 1 from subscriptions
        where publishable_key = $1 and user_id = $2 and claim_plan is not null and (claim_until is null or claim_until > $3))";
    SET_PLAN = "update end_users set plan = $3 where publishable_key = $1 and user_id = $2";
    ADD = "insert into end_users (publishable_key, user_id, external_id, email, email_folded, email_verified, first_name, last_name, metadata, version, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10)";
    UPDATE = "update end_users set external_id = $3, email = $4, email_folded = $5,
        email_verified = case when coalesce(email_folded, '') = coalesce(cast($5 as text), '') then email_verified else 0 end, first_name = $6, last_name = $7, metadata = $8,
        updated_at = $9, version = version + 1 where publishable_key = $1 and user_id = $2 and version = $10";
    VERIFY_EMAIL = "update end_users set email_verified = 1, updated_at = $3, version = version + 1
        where publishable_key = $1 and user_id = $2";
    DELETE_GRANTS = "delete from grants where publishable_key = $1 and user_id = $2";
    ADD_GRANT = "insert into grants (publishable_key, user_id, plan, granted_by, until_at, created_at) values ($1, $2, $3, $4, $5, $6)";
    /// A plan that is given changes nothing of what the user pays.
    ADD_CHANGE = "insert into subscription_changes
        (publishable_key, change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason)
        values ($1, $2, $3, $4, $5, $6,
        coalesce((select mrr_after from subscription_changes where publishable_key = $1 and user_id = $3 order by change_id desc limit 1), 0),
        coalesce((select mrr_after from subscription_changes where publishable_key = $1 and user_id = $3 order by change_id desc limit 1), 0),
        coalesce((select currency from subscription_changes where publishable_key = $1 and user_id = $3 order by change_id desc limit 1), $7), $8)";
}

/// An end user as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// `user_…`.
    pub id: Arc<str>,
    /// The developer's own id of the same person.
    pub external_id: Option<Arc<str>>,
    /// As typed.
    pub email: Option<Arc<str>>,
    /// The person has shown that the address is theirs.
    pub email_verified: bool,
    /// Given name.
    pub first_name: Option<Arc<str>>,
    /// Family name.
    pub last_name: Option<Arc<str>>,
    /// The developer's notes, a JSON object.
    pub metadata: Arc<str>,
    /// Grows with every change.
    pub version: i64,
    /// When the row was made.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
    /// The plan that was last recorded; none for the default plan. What holds now is
    /// [`dream_domain::plan::effective_plan`].
    pub plan: Option<Arc<str>>,
    /// Until when there may be use that was given on top of the plan; none if there never was any.
    pub extra_until: Option<Millis>,
}

/// What is written of a customer.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The developer's own id of the same person.
    pub external_id: Option<String>,
    /// As typed, and folded for uniqueness.
    pub email: Option<(String, String)>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// A JSON object.
    pub metadata: String,
    /// The hash of the password (PHC); only of a customer that is made.
    pub phc: Option<String>,
}

impl Fields {
    /// Someone of whom only the address is known.
    pub fn of_email(email: &Email) -> Self {
        Self {
            email: Some((email.as_str().to_owned(), email.folded())),
            metadata: "{}".to_owned(),
            ..Self::default()
        }
    }
}

/// A change of plan, recorded with its effect (rules 21).
#[derive(Clone, Debug)]
pub struct PlanChange {
    /// The record's id.
    pub id: String,
    /// The plan before.
    pub from: String,
    /// The plan after.
    pub to: String,
    /// ISO code of the project's default tier.
    pub currency: String,
    /// Why.
    pub reason: &'static str,
}

/// Finds a customer by our id or by the developer's.
pub async fn find(db: &Db, scope: &Scope, id: &str) -> Result<Option<Customer>> {
    let sql = if id.starts_with("user_") {
        &FIND
    } else {
        &FIND_BY_EXTERNAL_ID
    };
    db.near(sql, params![scope.tenant(), id])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// Finds a customer by folded e-mail.
pub async fn find_by_email(db: &Db, scope: &Scope, folded: &str) -> Result<Option<Customer>> {
    db.near(&FIND_BY_EMAIL, params![scope.tenant(), folded])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// The version in the database now; none if there is no such customer.
pub async fn version(db: &Db, scope: &Scope, user: &str) -> Result<Option<i64>> {
    db.near(&VERSION, params![scope.tenant(), user])
        .await?
        .first()
        .map(|row| row.int(0))
        .transpose()
}

/// The plans given to a customer and those bought, ended ones included; who gave a bought one is
/// `subscription:` and the provider's id.
pub async fn grants(db: &Db, scope: &Scope, user: &str) -> Result<Vec<Grant>> {
    db.near(&GRANTS, params![scope.tenant(), user])
        .await?
        .iter()
        .map(|row| read_grant(row, 0))
        .collect()
}

/// Whether a subscription of a customer gives a plan now.
pub async fn paid(db: &Db, scope: &Scope, user: &str) -> Result<bool> {
    let row = params![scope.tenant(), user, db.now()];
    Ok(!db.near(&PAID, row).await?.is_empty())
}

/// Makes a customer. One made for an id that was counted before takes over its counters (rules 1).
pub async fn create(
    db: &Db,
    scope: &Scope,
    id: &UserId,
    fields: &Fields,
    grant: Option<&Grant>,
    change: Option<&PlanChange>,
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user, at) = (scope.tenant(), id.as_str(), act.at);
    let mut steps = vec![steps::add(tenant, user, fields, false, at), hold(tenant)];
    let mut bumps = vec![db.versions().user_slot(tenant, user)];
    let mut settle = vec![];
    if let Some(external) = &fields.external_id {
        steps.extend(steps::take_over(tenant, external, user, at));
        bumps.push(db.versions().user_slot(tenant, external));
        settle.push((tenant.clone(), Arc::from(external.as_str())));
        settle.push((tenant.clone(), Arc::from(user)));
    }
    if let Some(phc) = &fields.phc {
        steps.push(passwords::put_step(tenant, user, phc, at));
    }
    steps.extend(grant.map(|grant| steps::grant(tenant, user, grant, at)));
    if let Some(change) = change {
        steps.extend(steps::change(tenant, user, change, grant.is_some(), at));
    }
    steps.push(act.step(scope.platform(), Some(tenant)));
    let done = db
        .change(Change {
            steps,
            bumps,
            settle,
            settle_all: false,
        })
        .await;
    done.map(|_| ()).map_err(|refusal| match refusal {
        Refusal::Guard(1) => Code::ProjectNotFound.error("This project is deleted"),
        refusal => taken(refusal, fields),
    })
}

/// Writes a customer that was read at `version`, and replaces the grants if `grant` says so. `change` goes
/// with it if the plan that holds is another one then.
pub async fn update(
    db: &Db,
    scope: &Scope,
    customer: &Customer,
    fields: &Fields,
    grant: Option<Option<&Grant>>,
    change: Option<&PlanChange>,
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user, at) = (scope.tenant(), &customer.id, act.at);
    let (email, folded) = fields.email.clone().unzip();
    let row = params![
        tenant,
        user,
        fields.external_id.as_deref(),
        email,
        folded,
        fields.first_name.as_deref(),
        fields.last_name.as_deref(),
        &fields.metadata,
        at,
        customer.version
    ];
    let mut steps = vec![Step::new(&UPDATE, row).must_change(1)];
    if let Some(grant) = grant {
        steps.push(Step::new(&DELETE_GRANTS, params![tenant, user]));
        steps.extend(grant.map(|grant| steps::grant(tenant, user, grant, at)));
    }
    if let Some(change) = change {
        let given = !matches!(grant, Some(None));
        steps.extend(steps::change(tenant, user, change, given, at));
    }
    steps.push(act.step(scope.platform(), Some(tenant)));
    let names = [
        customer.external_id.as_deref(),
        fields.external_id.as_deref(),
        Some(&**user),
    ];
    let bumps = names
        .iter()
        .flatten()
        .map(|name| db.versions().user_slot(tenant, name))
        .collect();
    let done = db
        .change(Change {
            steps,
            bumps,
            ..Change::default()
        })
        .await;
    done.map(|_| ()).map_err(|refusal| taken(refusal, fields))
}

/// Notes that the e-mail was shown to be the customer's own.
pub async fn verify_email(db: &Db, scope: &Scope, user: &str, act: &Act<'_>) -> Result<()> {
    let tenant = scope.tenant();
    let steps = vec![
        Step::new(&VERIFY_EMAIL, params![tenant, user, act.at]).must_change(1),
        act.step(scope.platform(), Some(tenant)),
    ];
    let bumps = vec![db.versions().user_slot(tenant, user)];
    db.change(Change {
        steps,
        bumps,
        ..Change::default()
    })
    .await?;
    Ok(())
}

/// Deletes a customer with everything of theirs. Their tokens die at once; counts of running periods
/// stay under a hash of the external id, so that deleting oneself is no way to a fresh limit.
/// `mails` tell the person.
pub async fn delete(
    db: &Db,
    scope: &Scope,
    customer: &Customer,
    mails: &[Message],
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user) = (scope.tenant(), &customer.id);
    let mut bumps = vec![db.versions().user_slot(tenant, user)];
    let external = customer.external_id.as_deref();
    bumps.extend(external.map(|external| db.versions().user_slot(tenant, external)));
    let mut steps = steps::delete(tenant, user, external, act);
    steps.extend(mails.iter().map(outbox::add_step));
    steps.push(act.step(scope.platform(), Some(tenant)));
    let names = external.map(Arc::from).into_iter().chain([user.clone()]);
    let settle = names.map(|name| (tenant.clone(), name)).collect();
    match db
        .change(Change {
            steps,
            bumps,
            settle,
            settle_all: false,
        })
        .await
    {
        Ok(_) => Ok(()),
        Err(Refusal::Guard(0)) => {
            Err(Code::CustomerNotFound.error("This customer is deleted already"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn taken(refusal: Refusal, fields: &Fields) -> Error {
    match (refusal, fields.external_id.is_some()) {
        (Refusal::Taken(0), false) => {
            Code::EmailTaken.error("A customer of this project has this e-mail already")
        }
        (Refusal::Taken(0), true) => Code::ExternalIdTaken
            .error("A customer of this project has this e-mail or external id already"),
        (refusal, _) => refusal.into(),
    }
}
