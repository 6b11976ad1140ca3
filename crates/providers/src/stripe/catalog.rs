//! Products and prices. What a price costs never changes: a new price takes the place of the old one.

use dream_domain::money::{Currency, Money};
use dream_domain::tier::Interval;
use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure, Metadata, read};

/// What is sold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// Ours if it was made with one, else `prod_…`.
    pub id: String,
    /// What the payer reads.
    pub name: String,
    /// Whether it can be bought.
    pub active: bool,
    /// More words for the payer.
    pub description: Option<String>,
    /// Addresses of pictures.
    #[serde(default)]
    pub images: Vec<String>,
    /// The price that stands for it; that one cannot be archived.
    #[serde(default, deserialize_with = "read::reference")]
    pub default_price: Option<String>,
    /// Our notes.
    #[serde(default, deserialize_with = "read::or_empty")]
    pub metadata: Metadata,
}

/// What one unit of a product costs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Price {
    /// `price_…`.
    pub id: String,
    /// The product it is a price of.
    #[serde(rename = "product", deserialize_with = "read::id_of")]
    pub product_id: String,
    /// Whether it can be bought.
    pub active: bool,
    /// Minor units; none if it goes by tiers or parts of a unit.
    pub unit_amount: Option<i64>,
    /// The currency.
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    /// How often it is paid; none if once.
    pub recurring: Option<Recurring>,
    /// The name that stays when a new price takes its place.
    pub lookup_key: Option<String>,
    /// Our notes.
    #[serde(default, deserialize_with = "read::or_empty")]
    pub metadata: Metadata,
}

/// How often a price is paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recurring {
    /// `day`, `week`, `month` or `year`; we make the last two.
    pub interval: String,
    /// Every so many of them.
    pub interval_count: i64,
}

/// A product to make.
#[derive(Clone, Copy, Debug)]
pub struct NewProduct<'a> {
    /// Its id, chosen by us, so that it is made once; [`Failure`] with code `resource_already_exists` if there is one.
    pub id: &'a str,
    /// What the payer reads.
    pub name: &'a str,
    /// More words for the payer.
    pub description: Option<&'a str>,
    /// Up to eight public addresses of pictures.
    pub images: &'a [String],
    /// Our notes.
    pub metadata: &'a Metadata,
}

/// What changes about a product; what is absent stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductChange<'a> {
    /// What the payer reads.
    pub name: Option<&'a str>,
    /// More words for the payer; empty takes them away.
    pub description: Option<&'a str>,
    /// False archives it.
    pub active: Option<bool>,
    /// The id of the price that stands for it; empty takes it away.
    pub default_price: Option<&'a str>,
    /// Addresses of pictures; none takes them away.
    pub images: Option<&'a [String]>,
    /// Notes to set.
    pub metadata: Option<&'a Metadata>,
}

/// A price to make.
#[derive(Clone, Copy, Debug)]
pub struct NewPrice<'a> {
    /// The product it is a price of.
    pub product: &'a str,
    /// What one unit costs.
    pub unit: Money,
    /// How often it is paid; none if once.
    pub interval: Option<Interval>,
    /// The name that stays; it is taken from the price that has it now.
    pub lookup_key: Option<&'a str>,
    /// Our notes.
    pub metadata: &'a Metadata,
}

impl At<'_> {
    /// Makes a product.
    pub async fn create_product(
        &self,
        new: &NewProduct<'_>,
        key: &str,
    ) -> Result<Product, Failure> {
        let form = Form::default()
            .with("id", new.id)
            .with("name", new.name)
            .maybe(
                "description",
                new.description.filter(|text| !text.is_empty()),
            )
            .each("images", new.images)
            .notes("metadata", new.metadata);
        self.post("/v1/products", form, key).await
    }

    /// Reads a product.
    pub async fn product(&self, id: &str) -> Result<Product, Failure> {
        let path = path("/v1/products/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// Changes a product.
    pub async fn update_product(
        &self,
        id: &str,
        change: &ProductChange<'_>,
        key: &str,
    ) -> Result<Product, Failure> {
        let mut form = Form::default()
            .maybe("name", change.name)
            .maybe("description", change.description)
            .maybe("active", change.active)
            .maybe("default_price", change.default_price);
        form = match change.images {
            Some([]) => form.with("images", ""),
            Some(images) => form.each("images", images),
            None => form,
        };
        if let Some(notes) = change.metadata {
            form = form.notes("metadata", notes);
        }
        let path = path("/v1/products/{}", id)?;
        self.post(&path, form, key).await
    }

    /// Makes a price.
    pub async fn create_price(&self, new: &NewPrice<'_>, key: &str) -> Result<Price, Failure> {
        let form = Form::default()
            .with("product", new.product)
            .with("unit_amount", new.unit.minor)
            .with("currency", new.unit.currency.as_str())
            .maybe("recurring[interval]", new.interval.map(Interval::as_str))
            .maybe("lookup_key", new.lookup_key)
            .flag("transfer_lookup_key", new.lookup_key.is_some())
            .notes("metadata", new.metadata);
        self.post("/v1/prices", form, key).await
    }

    /// Reads a price.
    pub async fn price(&self, id: &str) -> Result<Price, Failure> {
        let path = path("/v1/prices/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// Archives a price or takes it out of the archive; a product's default price cannot be archived.
    pub async fn set_price_active(
        &self,
        id: &str,
        active: bool,
        key: &str,
    ) -> Result<Price, Failure> {
        let path = path("/v1/prices/{}", id)?;
        let form = Form::default().with("active", active);
        self.post(&path, form, key).await
    }

    /// The prices that hold these lookup keys now, at most ten keys; archived ones too.
    pub async fn prices_by_lookup_keys(&self, keys: &[&str]) -> Result<Vec<Price>, Failure> {
        let query = Form::default().each("lookup_keys", keys);
        self.all("/v1/prices", query).await
    }
}
