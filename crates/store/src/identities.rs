//! Who someone is at another sign-in provider, and how such a person meets an account (rules 28).
//!
//! The subject of an issuer means nothing at another one, so both are stored together: a provider that is
//! pointed at another issuer later opens no account of the first.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::id::UserId;
use dream_domain::time::Millis;

use crate::Db;
use crate::audit::Act;
use crate::customers::{self, Fields};
use crate::db::Change;
use crate::one_time;
use crate::params;
use crate::passwords;
use crate::scope::{Scope, hold};
use crate::sessions;
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    FIND = "select user_id from identities where publishable_key = $1 and provider = $2 and subject = $3";
    LIST = "select provider, subject, email, created_at from identities
        where publishable_key = $1 and user_id = $2 order by created_at, provider, subject limit 100";
    ADD = "insert into identities (publishable_key, provider, subject, user_id, email, created_at)
        select publishable_key, cast($3 as text), cast($4 as text), user_id, cast($5 as text), cast($6 as bigint)
        from end_users where publishable_key = $1 and user_id = $2";
    /// Both sides have verified the address, and nobody of this issuer is linked already: a second person
    /// with the same address there is not the first (cases ACC-13).
    LINK = "insert into identities (publishable_key, provider, subject, user_id, email, created_at)
        select u.publishable_key, cast($3 as text), cast($4 as text), u.user_id, cast($5 as text), cast($6 as bigint)
        from end_users u where u.publishable_key = $1 and u.user_id = $2 and u.email_folded = $7 and u.email_verified = 1
        and not exists (select 1 from identities i where i.publishable_key = u.publishable_key
          and i.user_id = u.user_id and substr(i.subject, 1, length($8)) = $8)";
    VERIFY = "update end_users set email_verified = 1, updated_at = $4, version = version + 1
        where publishable_key = $1 and user_id = $2 and email_folded = $3 and email_verified = 0";
    SET_NAMES = "update end_users set first_name = $3, last_name = $4 where publishable_key = $1 and user_id = $2";
    /// The last way to sign in stays.
    UNLINK = "delete from identities where publishable_key = $1 and user_id = $2 and provider = $3
        and (exists (select 1 from passwords p where p.publishable_key = $1 and p.user_id = $2)
          or exists (select 1 from identities o where o.publishable_key = $1 and o.user_id = $2 and o.provider <> $3))";
}

/// Someone at another provider.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The provider's name in the project, such as `google`.
    pub provider: &'a str,
    /// Who says so.
    pub issuer: &'a str,
    /// The issuer's id of the person.
    pub subject: &'a str,
    /// The address, as the issuer has it.
    pub email: Option<&'a str>,
}

/// A link between an account and a provider, as a person may see it.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The provider's name in the project.
    pub provider: Arc<str>,
    /// Who says so.
    pub issuer: Arc<str>,
    /// The address, as the issuer had it.
    pub email: Option<Arc<str>>,
    /// When they were linked.
    pub created_at: Millis,
}

/// Whose address an identity has verified.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The address, folded.
    pub email_folded: &'a str,
    /// Given name.
    pub first_name: Option<&'a str>,
    /// Family name.
    pub last_name: Option<&'a str>,
}

impl Identity<'_> {
    /// Issuer and subject in one text; an issuer is an address and has no blank in it.
    fn stored_subject(&self) -> String {
        format!("{}{}", self.stored_issuer(), self.subject)
    }

    fn stored_issuer(&self) -> String {
        format!("{} ", self.issuer)
    }
}

/// The user whom an identity belongs to.
pub async fn find(db: &Db, scope: &Scope, identity: &Identity<'_>) -> Result<Option<Arc<str>>> {
    let row = params![scope.tenant(), identity.provider, identity.stored_subject()];
    let rows = db.near(&FIND, row).await?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// What is linked to a user, oldest first; at most 100.
pub async fn list(db: &Db, scope: &Scope, user: &str) -> Result<Vec<Linked>> {
    let rows = db.near(&LIST, params![scope.tenant(), user]).await?;
    let linked = rows.iter().map(|row| {
        let subject = row.text(1)?;
        let issuer = subject.split(' ').next().unwrap_or_default();
        Ok(Linked {
            provider: row.text(0)?,
            issuer: issuer.into(),
            email: row.opt_text(2)?,
            created_at: row.time(3)?,
        })
    });
    linked.collect()
}

/// Makes an account together with the identity it is signed in with. 409 `email_taken` if there is one
/// with this address, 409 `conflict` if the identity came to belong to another at the same time.
pub async fn create(
    db: &Db,
    scope: &Scope,
    id: &UserId,
    fields: &Fields,
    email_verified: bool,
    identity: &Identity<'_>,
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user) = (scope.tenant(), id.as_str());
    let steps = vec![
        hold(tenant),
        customers::steps::add(tenant, user, fields, email_verified, act.at),
        add_step(tenant, user, identity, act.at),
        act.step(scope.platform(), Some(tenant)),
    ];
    let done = db.change(changed(db, scope, user, steps)).await;
    done.map(|_| ()).map_err(|refusal| match refusal {
        Refusal::Guard(0) => Code::ProjectNotFound.error("This project is deleted"),
        Refusal::Taken(1) => {
            Code::EmailTaken.error("Another account of this project has this e-mail")
        }
        refusal => refusal.into(),
    })
}

/// Links an identity to an account whose address both sides have verified. 409 `conflict` if that is not
/// so any more, or somebody else of the same issuer is linked to the account.
pub async fn link(
    db: &Db,
    scope: &Scope,
    user: &str,
    email_folded: &str,
    identity: &Identity<'_>,
    act: &Act<'_>,
) -> Result<()> {
    let row = params![
        scope.tenant(),
        user,
        identity.provider,
        identity.stored_subject(),
        identity.email,
        act.at,
        email_folded,
        identity.stored_issuer()
    ];
    let steps = vec![
        Step::new(&LINK, row).must_change(1),
        act.step(scope.platform(), Some(scope.tenant())),
    ];
    db.change(changed(db, scope, user, steps)).await?;
    Ok(())
}

/// Gives an account to the person who has shown that its address is theirs, in one transaction: whoever
/// made it loses password, name, identities, sessions and everything pending. 409 `conflict` if the
/// address changed or was verified meanwhile. `machine` is machine time, by which sessions end.
pub async fn claim(
    db: &Db,
    scope: &Scope,
    user: &str,
    owner: &Owner<'_>,
    identity: &Identity<'_>,
    machine: Millis,
    act: &Act<'_>,
) -> Result<()> {
    let tenant = scope.tenant();
    let steps = vec![
        verify_step(tenant, user, owner.email_folded, act.at),
        Step::new(
            &SET_NAMES,
            params![tenant, user, owner.first_name, owner.last_name],
        ),
        passwords::delete_step(tenant, user),
        Step::new(&customers::steps::DELETE_IDENTITIES, params![tenant, user]),
        one_time::forget_step(tenant, user),
        sessions::revoke_all_step(tenant, user, None, machine),
        add_step(tenant, user, identity, act.at),
        act.step(scope.platform(), Some(tenant)),
    ];
    db.change(changed(db, scope, user, steps)).await?;
    Ok(())
}

/// Notes that the address of an account was shown to be its owner's, by the identity it was made with.
/// 409 `conflict` if the address changed or was verified meanwhile.
pub async fn verify(
    db: &Db,
    scope: &Scope,
    user: &str,
    email_folded: &str,
    act: &Act<'_>,
) -> Result<()> {
    let steps = vec![
        verify_step(scope.tenant(), user, email_folded, act.at),
        act.step(scope.platform(), Some(scope.tenant())),
    ];
    db.change(changed(db, scope, user, steps)).await?;
    Ok(())
}

/// Takes a provider away from an account. 409 `conflict` if it is not linked, or the only way to sign in.
pub async fn unlink(
    db: &Db,
    scope: &Scope,
    user: &str,
    provider: &str,
    act: &Act<'_>,
) -> Result<()> {
    let row = params![scope.tenant(), user, provider];
    let steps = vec![
        Step::new(&UNLINK, row).must_change(1),
        act.step(scope.platform(), Some(scope.tenant())),
    ];
    db.change(changed(db, scope, user, steps)).await?;
    Ok(())
}

fn add_step(tenant: &str, user: &str, identity: &Identity<'_>, at: Millis) -> Step {
    let row = params![
        tenant,
        user,
        identity.provider,
        identity.stored_subject(),
        identity.email,
        at
    ];
    Step::new(&ADD, row).must_change(1)
}

fn verify_step(tenant: &str, user: &str, email_folded: &str, at: Millis) -> Step {
    Step::new(&VERIFY, params![tenant, user, email_folded, at]).must_change(1)
}

fn changed(db: &Db, scope: &Scope, user: &str, steps: Vec<Step>) -> Change {
    Change {
        steps,
        bumps: vec![db.versions().user_slot(scope.tenant(), user)],
        ..Change::default()
    }
}
