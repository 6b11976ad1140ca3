//! What holds for the tiers of a project together, whoever writes them.

use dream_domain::error::{Code, Result};
use dream_domain::tier::{TIERS_MAX, Tier};

/// The default tier stays the default and stays sold, until another one takes its place (409).
pub(crate) fn check_default(before: &Tier, tier: &Tier) -> Result<()> {
    if before.is_default && !(tier.is_default && tier.active) {
        return Err(Code::Conflict.error(format!(
            "{} is the default tier; flag another one as isDefault instead",
            tier.name
        )));
    }
    Ok(())
}

/// There is room for one more (409).
pub(crate) fn check_room(tiers: &[Tier]) -> Result<()> {
    if tiers.len() < TIERS_MAX {
        return Ok(());
    }
    Err(Code::Conflict.error(format!(
        "A project has at most {TIERS_MAX} tiers, archived ones included"
    )))
}
