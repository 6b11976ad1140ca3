//! Customers: who pays.

use serde::Deserialize;

use crate::stripe::calls::path;
use crate::stripe::form::Form;
use crate::stripe::{At, Failure, Metadata, read};

/// A customer. One that was deleted keeps nothing but its id.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// `cus_…`.
    pub id: String,
    /// It was deleted; nothing can be sold to it any more.
    #[serde(default)]
    pub deleted: bool,
    /// The address, as it was given.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Our notes.
    #[serde(default, deserialize_with = "read::or_empty")]
    pub metadata: Metadata,
}

/// A customer to make.
#[derive(Clone, Copy, Debug)]
pub struct NewCustomer<'a> {
    /// The address that receipts go to.
    pub email: Option<&'a str>,
    /// The name on invoices.
    pub name: Option<&'a str>,
    /// Our notes.
    pub metadata: &'a Metadata,
}

impl At<'_> {
    /// Makes a customer.
    pub async fn create_customer(
        &self,
        new: &NewCustomer<'_>,
        key: &str,
    ) -> Result<Customer, Failure> {
        let form = Form::default()
            .maybe("email", new.email)
            .maybe("name", new.name)
            .notes("metadata", new.metadata);
        self.post("/v1/customers", form, key).await
    }

    /// Reads a customer, deleted or not.
    pub async fn customer(&self, id: &str) -> Result<Customer, Failure> {
        let path = path("/v1/customers/{}", id)?;
        self.get(&path, Form::default()).await
    }

    /// The customers with exactly this address.
    pub async fn customers_by_email(&self, email: &str) -> Result<Vec<Customer>, Failure> {
        let query = Form::default().with("email", email);
        self.all("/v1/customers", query).await
    }

    /// Deletes a customer and ends what it subscribed to; fine if it was deleted before.
    pub async fn delete_customer(&self, id: &str) -> Result<(), Failure> {
        let path = path("/v1/customers/{}", id)?;
        self.remove(&path).await
    }
}
