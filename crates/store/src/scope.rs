//! The proof, in code, of which tenant a call may touch.

use std::sync::Arc;

use dream_domain::id::{PlatformId, ProjectId};
use dream_domain::key::Mode;

use crate::params;
use crate::sql::statements;
use crate::step::Step;

statements! {
    /// Makes caches of the tenant stale in every process.
    TOUCH = "update tenants set generation = generation + 1 where publishable_key = $1";
    HOLD = "update tenants set generation = generation where publishable_key = $1";
    HOLD_USER = "update end_users set version = version where publishable_key = $1 and user_id = $2";
}

/// One tenant. Its fields are private and it is made only here, from a credential that was verified
/// against the database: a query that takes a `Scope` cannot reach another tenant by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    tenant: Arc<str>,
    platform: PlatformId,
    project: ProjectId,
    mode: Mode,
}

impl Scope {
    pub(crate) fn new(
        tenant: Arc<str>,
        platform: PlatformId,
        project: ProjectId,
        mode: Mode,
    ) -> Self {
        Self {
            tenant,
            platform,
            project,
            mode,
        }
    }

    /// The publishable key, which names the tenant.
    pub fn tenant(&self) -> &Arc<str> {
        &self.tenant
    }

    /// The developer's account.
    pub fn platform(&self) -> &PlatformId {
        &self.platform
    }

    /// The project, in whatever mode.
    pub fn project(&self) -> &ProjectId {
        &self.project
    }

    /// Test or live.
    pub fn mode(&self) -> Mode {
        self.mode
    }
}

/// The step that tells every process that something of a tenant changed.
pub(crate) fn touch(tenant: &str) -> Step {
    Step::new(&TOUCH, params![tenant]).must_change(1)
}

/// The step that holds a tenant in place: nothing that its transaction adds outlives a deletion that runs
/// at the same time.
pub(crate) fn hold(tenant: &str) -> Step {
    Step::new(&HOLD, params![tenant]).must_change(1)
}

/// The step that holds a customer in place: nothing that its transaction adds outlives a deletion of the
/// customer, or of the project, that runs at the same time.
pub(crate) fn hold_user(tenant: &str, user: &str) -> Step {
    Step::new(&HOLD_USER, params![tenant, user]).must_change(1)
}
