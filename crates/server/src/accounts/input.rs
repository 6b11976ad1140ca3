//! What a person sends about their own account. `publishableKey` is read by the extractor.

use dream_domain::error::Result;
use dream_domain::password;
use dream_domain::user::{Email, check_name};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::http::body::Fields;

/// Whose account: the one of the cookie.
#[derive(ToSchema)]
#[schema(as = OwnAccount, example = json!({"publishableKey": "pk_test_…"}))]
pub(crate) struct OwnAccount {}

/// New names; `null` or nothing clears one.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = ProfileChanges, example = json!({"publishableKey": "pk_test_…", "firstName": "Ada", "lastName": "Lovelace"}))]
pub(crate) struct ProfileInput {
    /// Clears with null.
    #[schema(value_type = Option<String>)]
    pub(crate) first_name: Option<String>,
    /// Clears with null.
    #[schema(value_type = Option<String>)]
    pub(crate) last_name: Option<String>,
}

/// A new password.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = PasswordChange, example = json!({"publishableKey": "pk_test_…", "currentPassword": "several words together", "newPassword": "other words together"}))]
pub(crate) struct PasswordInput {
    /// Needed if there is one.
    #[schema(value_type = Option<String>)]
    pub(crate) current_password: Option<Zeroizing<String>>,
    /// 8 to 256 characters.
    #[schema(value_type = String)]
    pub(crate) new_password: Zeroizing<String>,
}

/// A new address.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = EmailChange, example = json!({"publishableKey": "pk_test_…", "email": "ada@new.example", "password": "several words together"}))]
pub(crate) struct EmailInput {
    #[schema(value_type = String, format = "email")]
    pub(crate) email: Email,
    /// Needed if there is one.
    #[schema(value_type = Option<String>)]
    pub(crate) password: Option<Zeroizing<String>>,
}

/// A session to be ended.
#[derive(Debug, ToSchema)]
#[schema(as = EndSession, example = json!({"publishableKey": "pk_test_…", "id": "sess_019aa5c0d4f07a61b6ff0d3a4f5c2e17"}))]
pub(crate) struct EndInput {
    /// All of them without it.
    pub(crate) id: Option<String>,
}

/// A connected account that shall no longer sign in here.
#[derive(Debug, ToSchema)]
#[schema(as = DisconnectAccount, example = json!({"publishableKey": "pk_test_…", "provider": "google"}))]
pub(crate) struct DisconnectInput {
    /// Its id.
    pub(crate) provider: String,
}

/// The end of an account.
#[derive(Debug, ToSchema)]
#[schema(as = DeleteAccount, example = json!({"publishableKey": "pk_test_…", "confirm": "ada@example.com", "password": "several words together"}))]
pub(crate) struct DeletionInput {
    /// The e-mail address, typed.
    pub(crate) confirm: Option<String>,
    /// Needed if there is one.
    #[schema(value_type = Option<String>)]
    pub(crate) password: Option<Zeroizing<String>>,
}

impl ProfileInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        let mut name = |field: &str| {
            let given = fields.clearable_text(field)?.flatten();
            let given = given.map(|name| name.trim().to_owned());
            given
                .filter(|name| !name.is_empty())
                .map(|name| check_name(field, &name))
                .transpose()
        };
        Ok(Self {
            first_name: name("firstName")?,
            last_name: name("lastName")?,
        })
    }
}

impl PasswordInput {
    pub(crate) fn read(fields: &mut Fields, email: &str) -> Result<Self> {
        let new_password = Zeroizing::new(fields.required_text("newPassword")?);
        password::check("newPassword", &new_password, email)?;
        Ok(Self {
            current_password: fields.text("currentPassword")?.map(Zeroizing::new),
            new_password,
        })
    }
}

impl EmailInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            email: Email::parse(&fields.required_text("email")?)?,
            password: fields.text("password")?.map(Zeroizing::new),
        })
    }
}

impl EndInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            id: fields.text("id")?,
        })
    }
}

impl DisconnectInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            provider: fields.required_text("provider")?,
        })
    }
}

impl DeletionInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            confirm: fields.text("confirm")?,
            password: fields.text("password")?.map(Zeroizing::new),
        })
    }
}
