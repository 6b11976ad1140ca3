//! What developers do to the count of one customer: give use on top of the plan's limit, and begin anew.

use std::sync::Arc;

use dream_domain::error::{Code, Result};
use dream_domain::period::Period;
use dream_domain::usage::{Extra, Meter};

use crate::Db;
use crate::audit::Act;
use crate::customers::Customer;
use crate::db::Change;
use crate::params;
use crate::scope::Scope;
use crate::sql::statements;
use crate::step::{Refusal, Step};

statements! {
    /// Every process and the batch that is decided see it at once: what was judged by the version before is stale.
    LOOK_UNTIL = "update end_users set version = version + 1,
        extra_until = case when extra_until is null or extra_until < $3 then $3 else extra_until end
        where publishable_key = $1 and user_id = $2";
    ADD = "insert into usage_extras (publishable_key, user_id, meter, period_start, audit_id, period_end, amount, granted_by, reason, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    OF_USER = "select meter, period_start, period_end, cast(sum(amount) as bigint) from usage_extras
        where publishable_key = $1 and user_id = $2 and period_end > $3
        group by meter, period_start, period_end order by meter, period_start, period_end";
    /// What is not in `usage_days` yet was counted after it was settled, so after this.
    RESET = "update usage_counts set used = used - folded, folded = 0
        where publishable_key = $1 and user_id = $2 and (cast($3 as text) is null or meter = $3)
        and period_start <= $4 and period_end > $4";
    /// A period that runs was closed only if the clock went back; the count would come back from there.
    REOPEN = "delete from usage_snapshots
        where publishable_key = $1 and user_id = $2 and (cast($3 as text) is null or meter = $3)
        and period_start <= $4 and period_end > $4";
}

/// Gives a customer more use of a meter in one period; several gifts add up. 404 if the customer is deleted.
pub async fn grant(
    db: &Db,
    scope: &Scope,
    customer: &Customer,
    meter: &Meter,
    extra: Extra,
    reason: Option<&str>,
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user) = (scope.tenant(), &customer.id);
    let row = params![
        tenant,
        user,
        meter.name(),
        extra.period.start,
        act.id.as_str(),
        extra.period.end,
        extra.amount,
        act.actor,
        reason,
        act.at
    ];
    let steps = vec![
        Step::new(&LOOK_UNTIL, params![tenant, user, extra.period.end]).must_change(1),
        Step::new(&ADD, row).must_change(1),
        act.step(scope.platform(), Some(tenant)),
    ];
    let names = [customer.external_id.as_deref(), Some(&**user)];
    let slots = names.iter().flatten();
    let change = Change {
        steps,
        bumps: slots
            .map(|name| db.versions().user_slot(tenant, name))
            .collect(),
        ..Change::default()
    };
    match db.change(change).await {
        Ok(_) => Ok(()),
        Err(Refusal::Guard(0)) => Err(Code::CustomerNotFound.error("This customer is deleted")),
        Err(refusal) => Err(refusal.into()),
    }
}

/// What was given to a customer for periods that are not over, by meter.
pub async fn extras(db: &Db, scope: &Scope, user: &str) -> Result<Vec<(Arc<str>, Extra)>> {
    let row = params![scope.tenant(), user, db.now()];
    let rows = db.near(&OF_USER, row).await?;
    rows.iter()
        .map(|row| {
            let period = Period {
                start: row.time(1)?,
                end: row.time(2)?,
            };
            let amount = row.int(3)?;
            Ok((row.text(0)?, Extra { period, amount }))
        })
        .collect()
}

/// Sets what a customer has used in running periods back to 0: of one meter, or of all. What was used by day stays.
pub async fn reset(
    db: &Db,
    scope: &Scope,
    customer: &Customer,
    meter: Option<&Meter>,
    act: &Act<'_>,
) -> Result<()> {
    let (tenant, user) = (scope.tenant(), &customer.id);
    let row = || params![tenant, user, meter.map(Meter::name), act.at];
    db.change(Change {
        steps: vec![
            Step::new(&RESET, row()),
            Step::new(&REOPEN, row()),
            act.step(scope.platform(), Some(tenant)),
        ],
        settle: vec![(tenant.clone(), user.clone())],
        ..Change::default()
    })
    .await?;
    Ok(())
}
