//! Money that went back to who had paid an invoice.

use dream_domain::error::Result;
use dream_store::invoices::{self, Invoice};
use dream_store::projects::Tenant;

use crate::app::App;
use crate::payments;
use crate::payments::api::webhook::Event;

/// Notes on the invoice of a refunded payment how much of it went back, as the payment provider tells it now. A payment
/// that paid no invoice of this project is left alone.
pub(super) async fn note(app: &App, tenant: &Tenant, event: &Event) -> Result<()> {
    let is_refund = event.kind.contains("refund");
    let Some(payment) = event.object["payment_intent"]
        .as_str()
        .filter(|_| is_refund)
    else {
        return Ok(());
    };
    let scope = &tenant.scope;
    let Some(invoice) = invoices::of_payment(&app.db, scope, payment).await? else {
        return Ok(());
    };
    let fetched_at = app.now();
    let account = payments::account_of(app, scope).await?;
    let charges = account.calls().charges_of(payment).await;
    let charges = charges.map_err(payments::problem)?;
    let amount_refunded = charges.iter().map(|charge| charge.amount_refunded).sum();
    let refunded = Invoice {
        amount_refunded,
        fetched_at,
        ..invoice
    };
    invoices::put(&app.db, scope, &refunded).await?;
    Ok(())
}
