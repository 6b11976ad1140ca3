//! Customers as developers write them.

use dream_domain::error::{Result, invalid};
use dream_domain::password;
use dream_domain::user::{Email, check_external_id, check_metadata, check_name};
use dream_store::customers::{Customer, Fields as Stored};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::http::body::{Fields, missing};

/// A customer to be made: with an e-mail, an external id, or both.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"email": "jane@example.com", "firstName": "Jane", "plan": "free"}))]
pub(crate) struct CustomerInput {
    /// Unique in the project, whatever the case.
    #[schema(format = "email")]
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    /// Your own id of the person; may not begin with `user_`.
    pub(crate) external_id: Option<String>,
    /// Your notes, up to 16 kB as JSON.
    #[schema(value_type = Option<Object>)]
    metadata: Option<String>,
    /// A tier's name.
    pub(crate) plan: Option<String>,
    /// What the person signs in with on the hosted pages; 8 to 256 characters.
    #[schema(value_type = Option<String>)]
    pub(crate) password: Option<Zeroizing<String>>,
}

/// What changes of a customer.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"plan": "pro"}))]
pub(crate) struct CustomerChanges {
    #[schema(format = "email")]
    email: Option<String>,
    /// Clears with null.
    #[schema(value_type = Option<String>)]
    first_name: Option<Option<String>>,
    /// Clears with null.
    #[schema(value_type = Option<String>)]
    last_name: Option<Option<String>>,
    /// Clears with null.
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// Replaces your notes.
    #[schema(value_type = Option<Object>)]
    metadata: Option<String>,
    /// A tier's name.
    pub(crate) plan: Option<String>,
}

/// How long a token shall live.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"expiresIn": 3600}))]
pub(crate) struct TokenInput {
    /// Seconds, 60 to 31,622,400.
    #[schema(minimum = 60, maximum = 31_622_400)]
    pub(crate) expires_in: Option<i64>,
}

impl CustomerInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        let password = fields.text("password")?.map(Zeroizing::new);
        let input = Self {
            email: fields.text("email")?,
            first_name: fields
                .text("firstName")?
                .map(|name| check_name("firstName", &name))
                .transpose()?,
            last_name: fields
                .text("lastName")?
                .map(|name| check_name("lastName", &name))
                .transpose()?,
            external_id: fields
                .text("externalId")?
                .map(|id| check_external_id(&id))
                .transpose()?,
            metadata: fields.object("metadata")?.map(check_metadata).transpose()?,
            plan: fields.text("plan")?,
            password,
        };
        if input.email.is_none() && input.external_id.is_none() {
            return Err(missing("email"));
        }
        input.check_password()?;
        Ok(input)
    }

    /// Someone with a password signs in with an address.
    fn check_password(&self) -> Result<()> {
        match (&self.password, &self.email) {
            (None, _) => Ok(()),
            (Some(given), Some(email)) => password::check("password", given, email),
            (Some(_), None) => Err(invalid(
                "password",
                "needs an e-mail address to sign in with",
                "Send email too, or leave password out",
            )),
        }
    }

    /// What is written; `phc` is the hash of the password.
    pub(crate) fn stored(&self, phc: Option<String>) -> Result<Stored> {
        Ok(Stored {
            external_id: self.external_id.clone(),
            email: self.email.as_deref().map(address).transpose()?,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            metadata: self.metadata.clone().unwrap_or_else(|| "{}".to_owned()),
            phc,
        })
    }
}

impl CustomerChanges {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Self {
            email: fields.text("email")?,
            first_name: fields.clearable_text("firstName")?,
            last_name: fields.clearable_text("lastName")?,
            external_id: fields.clearable_text("externalId")?,
            metadata: fields.object("metadata")?.map(check_metadata).transpose()?,
            plan: fields.text("plan")?,
        }
        .checked()
    }

    fn checked(self) -> Result<Self> {
        let name = |field: &str, name: &Option<Option<String>>| match name {
            Some(Some(text)) => check_name(field, text).map(|_| ()),
            _ => Ok(()),
        };
        name("firstName", &self.first_name)?;
        name("lastName", &self.last_name)?;
        if let Some(Some(id)) = &self.external_id {
            check_external_id(id)?;
        }
        if let Some(email) = &self.email {
            address(email)?;
        }
        Ok(self)
    }

    /// What is written: these changes over what is there.
    pub(crate) fn over(&self, customer: &Customer) -> Result<Stored> {
        let text = |change: &Option<Option<String>>, now: &Option<std::sync::Arc<str>>| match change
        {
            Some(change) => change.clone(),
            None => now.as_ref().map(ToString::to_string),
        };
        let email = self
            .email
            .clone()
            .or_else(|| customer.email.as_ref().map(ToString::to_string));
        Ok(Stored {
            external_id: text(&self.external_id, &customer.external_id),
            email: email.as_deref().map(address).transpose()?,
            first_name: text(&self.first_name, &customer.first_name),
            last_name: text(&self.last_name, &customer.last_name),
            metadata: self
                .metadata
                .clone()
                .unwrap_or_else(|| customer.metadata.to_string()),
            phc: None,
        })
    }
}

impl TokenInput {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            expires_in: fields.int("expiresIn")?,
        })
    }
}

fn address(text: &str) -> Result<(String, String)> {
    let email = Email::parse(text)?;
    Ok((email.as_str().to_owned(), email.folded()))
}
