//! Named points at which the process can be made to end itself, so that tests see what a crash there leaves.

use crate::app::App;

/// Every point. Each stands in the work of one request or start, between two of its steps.
pub const ALL: &[&str] = &[
    "cart.held",
    "cart.session",
    "checkout.customer",
    "checkout.customer-made",
    "checkout.session",
    "checkout.stored",
    "create-products.pointed",
    "create-products.price",
    "create-products.product",
    "create-products.stored",
    "delete.archived",
    "delete.canceled",
    "delete.expired",
    "demo.connected",
    "promote.made",
    "promote.stored",
    "refund.stored",
    "reset.quiet",
];

impl App {
    /// Ends the process, without any clean-up, if the setting `fault` names this point.
    pub(crate) fn fault(&self, name: &'static str) {
        debug_assert!(ALL.contains(&name), "{name} is not listed");
        if self.config.is_development() && self.config.fault.as_deref() == Some(name) {
            std::process::abort();
        }
    }
}
