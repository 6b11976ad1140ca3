//! The product and price of one tier at the provider, found or made.

use dream_domain::error::Result;
use dream_domain::text::hex;
use dream_domain::tier::{Interval, Tier, TierKind};
use dream_store::prices::Price;
use dream_store::projects::Tenant;

use crate::app::App;
use crate::payments::api::catalog::{self as api, NewPrice, NewProduct, Product, ProductChange};
use crate::payments::api::{At, Failure, Kind, Metadata};
use crate::payments::problem;

/// The most pictures that the provider takes.
const IMAGES_MAX: usize = 8;
/// What the provider answers if there is a product with our id.
const EXISTS: &str = "resource_already_exists";

/// A tier as it was read, and where it is sold.
pub(super) struct Work<'a> {
    pub(super) app: &'a App,
    pub(super) tenant: &'a Tenant,
    pub(super) tier: &'a Tier,
    pub(super) account: &'a str,
    pub(super) calls: At<'a>,
    /// The prices it has or had, at whatever account.
    pub(super) known: Vec<Price>,
}

impl Work<'_> {
    /// The product as the tier says, and whether it was made just now.
    pub(super) async fn product(&self) -> Result<(Product, bool)> {
        let is_known = self
            .known
            .iter()
            .any(|price| *price.account_id == *self.account);
        if !is_known {
            match self.create_product().await {
                Ok(made) => return Ok((made, true)),
                Err(failure) if failure.code.as_deref() == Some(EXISTS) => {}
                Err(failure) => return Err(problem(failure)),
            }
        }
        match self.calls.product(&product_id(self.tier)).await {
            Ok(found) => Ok((self.update_product(found).await?, false)),
            Err(failure) if failure.kind == Kind::NotFound => {
                let made = self.create_product().await.map_err(problem)?;
                Ok((made, true))
            }
            Err(failure) => Err(problem(failure)),
        }
    }

    async fn create_product(&self) -> Result<Product, Failure> {
        let new = NewProduct {
            id: &product_id(self.tier),
            name: &self.tier.display_name,
            description: self.tier.description.as_deref(),
            images: &self.images(),
            metadata: &self.metadata(),
        };
        self.calls.create_product(&new, &self.key()).await
    }

    async fn update_product(&self, found: Product) -> Result<Product> {
        let description = self.tier.description.as_deref().unwrap_or_default();
        let images = self.images();
        let metadata = self.metadata();
        let has_notes = metadata
            .iter()
            .all(|note| found.metadata.get(note.0) == Some(note.1));
        if found.active
            && found.name == self.tier.display_name
            && found.description.as_deref().unwrap_or_default() == description
            && found.images == images
            && has_notes
        {
            return Ok(found);
        }
        let change = ProductChange {
            name: Some(&self.tier.display_name),
            description: Some(description),
            active: Some(true),
            images: Some(&images),
            metadata: Some(&metadata),
            default_price: None,
        };
        self.change_product(&change).await
    }

    pub(super) async fn change_product(&self, change: &ProductChange<'_>) -> Result<Product> {
        let id = product_id(self.tier);
        let changed = self.calls.update_product(&id, change, &self.key()).await;
        changed.map_err(problem)
    }

    /// The price that costs what the tier costs. It is looked for by its name before it is made, since the provider
    /// remembers idempotency keys for a day only (cases BIL-09).
    pub(super) async fn price(&self, product: &Product, is_new: bool) -> Result<api::Price> {
        let name = lookup_key(self.tier);
        if !is_new && let Some(found) = self.find_price(product, &name).await? {
            if found.active {
                return Ok(found);
            }
            let key = self.key();
            let activated = self.calls.set_price_active(&found.id, true, &key).await;
            return activated.map_err(problem);
        }
        let new = NewPrice {
            product: &product.id,
            unit: self.tier.price,
            interval: interval(self.tier),
            lookup_key: Some(&name),
            metadata: &self.metadata(),
        };
        let key = format!("price-{name}");
        self.calls.create_price(&new, &key).await.map_err(problem)
    }

    async fn find_price(&self, product: &Product, name: &str) -> Result<Option<api::Price>> {
        let found = self.calls.prices_by_lookup_keys(&[name]).await;
        let found = found.map_err(problem)?;
        let tier = self.tier;
        Ok(found.into_iter().find(|price| {
            price.product_id == product.id
                && price.unit_amount == Some(tier.price.minor)
                && price.currency == tier.price.currency
                && price
                    .recurring
                    .as_ref()
                    .map(|every| every.interval.as_str())
                    == interval(tier).map(Interval::as_str)
        }))
    }

    /// Addresses that the provider can reach: https ones.
    fn images(&self) -> Vec<String> {
        let base = &self.app.config.public_url;
        let absolute = self.tier.image_urls.iter().map(|url| {
            if url.starts_with('/') {
                format!("{base}{url}")
            } else {
                url.clone()
            }
        });
        let reached = absolute.filter(|url| url.starts_with("https://"));
        reached.take(IMAGES_MAX).collect()
    }

    fn metadata(&self) -> Metadata {
        let scope = &self.tenant.scope;
        [
            ("publishableKey", scope.tenant().to_string()),
            ("tier", self.tier.name.clone()),
            ("projectId", scope.project().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// A fresh idempotency key, for what may be repeated as often as one likes.
    pub(super) fn key(&self) -> String {
        hex(&self.app.random.bytes::<16>())
    }
}

/// The product's id, chosen by us: a second one cannot be made.
pub(super) fn product_id(tier: &Tier) -> String {
    format!("dream_{}", uuid(tier))
}

/// The name of a price, by what it costs: one that was archived is found again.
fn lookup_key(tier: &Tier) -> String {
    let every = interval(tier).map_or("once", Interval::as_str);
    let (price, currency) = (tier.price.minor, tier.price.currency.as_str());
    format!("dream_{}_{price}_{currency}_{every}", uuid(tier))
}

fn uuid(tier: &Tier) -> &str {
    let id = tier.id.as_str();
    id.split_once('_').map_or(id, |(_, rest)| rest)
}

fn interval(tier: &Tier) -> Option<Interval> {
    (tier.kind == TierKind::Subscription).then_some(tier.interval)
}
