//! From what a cart names to products as they are now.

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::tier::{Tier, TierKind};
use dream_store::prices;
use dream_store::projects::Tenant;
use serde_json::json;

use crate::app::App;
use crate::cart::input::Item;

/// So many of a product.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) tier: Tier,
    pub(super) quantity: i64,
}

/// Finds every product, counts the same ones together, and checks what can be checked without taking anything: 400
/// for what the project never had, 409 for what changed or is not there, 422 for what is never sold like this.
pub(super) async fn read(app: &App, tenant: &Tenant, items: &[Item]) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let tier = find(app, tenant, item).await?;
        if tier.kind == TierKind::Subscription {
            let fix = "Buy plans one by one with POST /api/create-checkout";
            let what = format!("is {}, which is a plan", tier.name);
            return Err(invalid(&format!("items[{place}]"), what, fix));
        }
        match lines.iter_mut().find(|line| line.tier.id == tier.id) {
            Some(line) => line.quantity = line.quantity.saturating_add(item.quantity),
            None => lines.push(Line {
                tier: tier.clone(),
                quantity: item.quantity,
            }),
        }
    }
    check_currency(&lines)?;
    lines.iter().try_for_each(check_most)?;
    check_stock(&lines, tenant.settings.hide_inventory)?;
    Ok(lines)
}

async fn find<'a>(app: &App, tenant: &'a Tenant, item: &Item) -> Result<&'a Tier> {
    let mut tiers = tenant.tiers.iter();
    let found = if let Some(price) = &item.price_id {
        match tiers.find(|tier| tier.price_id == *price || tier.id.as_str() == price) {
            Some(tier) => Some(tier),
            None => return Err(no_price(app, tenant, price).await?),
        }
    } else if let Some(product) = &item.product_id {
        tiers.find(|tier| tier.product_id == *product || tier.id.as_str() == product)
    } else {
        let name = item.tier.as_deref().unwrap_or_default();
        let exact = tiers.find(|tier| tier.name == name);
        exact.or_else(|| tenant.tiers.iter().find(|tier| tier.display_name == name))
    };
    match found {
        Some(tier) if tier.active => Ok(tier),
        Some(tier) => Err(changed(&format!(
            "{} is not sold any more",
            tier.display_name
        ))),
        None => {
            let named = item.product_id.as_deref().or(item.tier.as_deref());
            Err(unknown(named.unwrap_or_default()))
        }
    }
}

/// A price that no product has now: one it had is a cart that is too old, any other was never ours.
async fn no_price(app: &App, tenant: &Tenant, price: &str) -> Result<Error> {
    let known = prices::of(&app.db, &tenant.scope).await?;
    if known.iter().any(|it| *it.price_id == *price) {
        return Ok(changed("A product of this cart has another price now"));
    }
    Ok(unknown(price))
}

fn check_currency(lines: &[Line]) -> Result<()> {
    let currency = |line: &Line| line.tier.price.currency;
    let one = lines.first().map(currency);
    if lines.iter().all(|line| Some(currency(line)) == one) {
        return Ok(());
    }
    Err(invalid(
        "items",
        "has prices in several currencies",
        "Check out the products of each currency by themselves",
    ))
}

fn check_most(line: &Line) -> Result<()> {
    match line.tier.max_per_order {
        Some(most) if line.quantity > most => Err(invalid(
            "items",
            format!("has {} of {}", line.quantity, line.tier.display_name),
            format!("An order may have at most {most} of it"),
        )),
        _ => Ok(()),
    }
}

/// 409 with every line of which there is not enough; how many there are is said unless the project hides it.
fn check_stock(lines: &[Line], is_hidden: bool) -> Result<()> {
    let left = |line: &Line| line.tier.inventory.map(|left| left.max(0));
    let short: Vec<&Line> = lines
        .iter()
        .filter(|line| left(line).is_some_and(|left| left < line.quantity))
        .collect();
    let Some(first) = short.first() else {
        return Ok(());
    };
    let name = &first.tier.display_name;
    let detail = match left(first) {
        Some(0) => format!("Item sold out: {name}"),
        _ => format!("Not enough inventory for {name}"),
    };
    let rows: Vec<_> = short
        .iter()
        .map(|line| {
            let available = left(line).filter(|_| !is_hidden);
            json!({"tier": line.tier.name, "name": line.tier.display_name, "requested": line.quantity, "available": available})
        })
        .collect();
    Err(Code::OutOfStock.error(detail).with("lines", rows))
}

fn changed(detail: &str) -> Error {
    Code::CartChanged.error(format!("{detail}; read GET /api/products again"))
}

/// The same for prices of other projects and for any text.
fn unknown(named: &str) -> Error {
    let shown: String = named.chars().take(64).collect();
    Code::UnknownPlan.error(format!(
        "Invalid item: {shown:?} is no product of this project"
    ))
}
