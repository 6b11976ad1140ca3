//! Rows of customers.

use dream_domain::error::Result;
use dream_domain::plan::Grant;

use crate::customers::Customer;
use crate::value::Row;

/// A row of one of the look-ups.
pub(super) fn read(row: &Row) -> Result<Customer> {
    Ok(Customer {
        id: row.text(0)?,
        external_id: row.opt_text(1)?,
        email: row.opt_text(2)?,
        email_verified: row.flag(3)?,
        first_name: row.opt_text(4)?,
        last_name: row.opt_text(5)?,
        metadata: row.text(6)?,
        version: row.int(7)?,
        created_at: row.time(8)?,
        updated_at: row.time(9)?,
        plan: row.opt_text(10)?,
        extra_until: row.opt_time(11)?,
    })
}

/// A grant whose columns begin at `first`.
pub(super) fn read_grant(row: &Row, first: usize) -> Result<Grant> {
    Ok(Grant {
        plan: row.text(first)?.to_string(),
        by: row.text(first + 1)?.to_string(),
        until: row.opt_time(first + 2)?,
    })
}
