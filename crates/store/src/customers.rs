//! End users of a tenant, the plans that were given to them, and their complete deletion.

mod row;
pub(crate) mod steps;

use std::sync::Arc;

use dream_domain::error::{Code, Error, Result};
use dream_domain::id::UserId;
use dream_domain::plan::Grant;
use dream_domain::time::Millis;
use dream_domain::user::Email;

use crate::Db;
use crate::audit::Act;
use crate::customers::row::{like, read, read_grant};
use crate::db::Change;
use crate::outbox::{self, Message};
use crate::params;
use crate::passwords;
use crate::scope::{Scope, hold};
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    FIND = "select user_id, external_id, email, email_verified, first_name, last_name, metadata, version, created_at, updated_at
        from end_users where publishable_key = $1 and user_id = $2";
    FIND_BY_EXTERNAL_ID = "select user_id, external_id, email, email_verified, first_name, last_name, metadata, version, created_at, updated_at
        from end_users where publishable_key = $1 and external_id = $2";
    FIND_BY_EMAIL = "select user_id, external_id, email, email_verified, first_name, last_name, metadata, version, created_at, updated_at
        from end_users where publishable_key = $1 and email_folded = $2";
    VERSION = "select version from end_users where publishable_key = $1 and user_id = $2";
    GRANTS = "select plan, granted_by, until_at from grants where publishable_key = $1 and user_id = $2 order by created_at, plan";
    GRANTS_OF_PAGE = "select user_id, plan, granted_by, until_at from grants
        where publishable_key = $1 and user_id >= $2 and user_id <= $3 order by user_id, created_at, plan";
    LIST = "select u.user_id, u.external_id, u.email, u.email_verified, u.first_name, u.last_name, u.metadata, u.version, u.created_at, u.updated_at
        from end_users u where u.publishable_key = $1 and u.user_id < $2
        and (cast($3 as text) is null or u.email_folded like $3 escape '\\' or lower(u.external_id) like $3 escape '\\'
          or lower(u.first_name) like $3 escape '\\' or lower(u.last_name) like $3 escape '\\' or u.user_id = $4)
        and (cast($5 as text) is null
          or exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id and g.plan = $5)
          or (cast($6 as bigint) = 1 and not exists (select 1 from grants g where g.publishable_key = u.publishable_key and g.user_id = u.user_id)))
        order by u.user_id desc limit $7";
    ADD = "insert into end_users (publishable_key, user_id, external_id, email, email_folded, email_verified, first_name, last_name, metadata, version, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10)";
    UPDATE = "update end_users set external_id = $3, email = $4, email_folded = $5,
        email_verified = case when coalesce(email_folded, '') = coalesce(cast($5 as text), '') then email_verified else 0 end, first_name = $6, last_name = $7, metadata = $8,
        updated_at = $9, version = version + 1 where publishable_key = $1 and user_id = $2 and version = $10";
    VERIFY_EMAIL = "update end_users set email_verified = 1, updated_at = $3, version = version + 1
        where publishable_key = $1 and user_id = $2";
    DELETE_GRANTS = "delete from grants where publishable_key = $1 and user_id = $2";
    ADD_GRANT = "insert into grants (publishable_key, user_id, plan, granted_by, until_at, created_at) values ($1, $2, $3, $4, $5, $6)";
    ADD_CHANGE = "insert into subscription_changes
        (publishable_key, change_id, user_id, at, from_plan, to_plan, mrr_before, mrr_after, currency, reason)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
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

/// What a search asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of an e-mail, name or external id, or a whole id; case does not matter.
    pub search: Option<String>,
    /// Only customers with a grant of this plan.
    pub plan: Option<String>,
    /// The plan is the default one: customers without a grant count too.
    pub plan_is_default: bool,
    /// Only ids before this one.
    pub before: Option<String>,
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

/// The plans given to a customer.
pub async fn grants(db: &Db, scope: &Scope, user: &str) -> Result<Vec<Grant>> {
    db.near(&GRANTS, params![scope.tenant(), user])
        .await?
        .iter()
        .map(|row| read_grant(row, 0))
        .collect()
}

/// Customers, newest first, with their grants.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<(Customer, Vec<Grant>)>> {
    let pattern = filter
        .search
        .as_ref()
        .map(|text| like(&text.to_lowercase()));
    let before = filter.before.as_deref().unwrap_or("user_~");
    let row = params![
        scope.tenant(),
        before,
        pattern,
        filter.search.as_deref(),
        filter.plan.as_deref(),
        filter.plan_is_default,
        limit
    ];
    let customers: Vec<Customer> = db
        .rows(&LIST, row)
        .await?
        .iter()
        .map(read)
        .collect::<Result<_>>()?;
    let (Some(newest), Some(oldest)) = (customers.first(), customers.last()) else {
        return Ok(Vec::new());
    };
    let rows = db
        .rows(
            &GRANTS_OF_PAGE,
            params![scope.tenant(), &oldest.id, &newest.id],
        )
        .await?;
    let mut grants: Vec<(Arc<str>, Grant)> = Vec::with_capacity(rows.len());
    for row in &rows {
        grants.push((row.text(0)?, read_grant(row, 1)?));
    }
    let of = |id: &Arc<str>| {
        grants
            .iter()
            .filter(|(user, _)| user == id)
            .map(|(_, g)| g.clone())
            .collect()
    };
    Ok(customers
        .into_iter()
        .map(|customer| (customer.clone(), of(&customer.id)))
        .collect())
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
    steps.extend(change.map(|change| steps::change(tenant, user, change, at)));
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

/// Writes a customer that was read at `version`, and replaces the grants if `grant` says so.
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
    steps.extend(change.map(|change| steps::change(tenant, user, change, at)));
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
    let mut steps = steps::delete(tenant, user, external, act.at);
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
