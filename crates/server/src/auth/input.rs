//! What people and apps send to sign up, in and out. `publishableKey` of the pages' calls is read by the
//! extractor, and added to these schemas by `openapi`; so are `redirect`, `codeChallenge` and `state`.

use dream_domain::error::Result;
use dream_domain::password;
use dream_domain::user::{Email, check_name};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::http::body::{Fields, missing, wrong};
use crate::signing_in::way_back::WayBack;

/// The longest secret of ours that is looked at, in bytes.
const SECRET_MAX: usize = 256;

/// Someone who signs up.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = SignUp, example = json!({"publishableKey": "pk_test_…", "email": "ada@example.com", "password": "several words together"}))]
pub(crate) struct SignUpInput {
    #[schema(value_type = String, format = "email")]
    pub(crate) email: Email,
    /// 8 to 256 characters.
    #[schema(value_type = String)]
    pub(crate) password: Zeroizing<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    #[schema(ignore)]
    pub(crate) way: WayBack,
}

/// An e-mail address and a password.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = SignIn, example = json!({"publishableKey": "pk_test_…", "email": "ada@example.com", "password": "several words together"}))]
pub(crate) struct SignInInput {
    #[schema(value_type = String, format = "email")]
    pub(crate) email: Email,
    #[schema(value_type = String)]
    pub(crate) password: Zeroizing<String>,
    #[schema(ignore)]
    pub(crate) way: WayBack,
}

/// The project whose cookie speaks.
#[derive(ToSchema)]
#[schema(as = OnProject, example = json!({"publishableKey": "pk_test_…"}))]
pub(crate) struct OnProject {}

/// Where a signed-in person wants to go.
#[derive(ToSchema)]
#[schema(as = Continue, example = json!({"publishableKey": "pk_test_…", "redirect": "http://localhost:3000/welcome"}))]
pub(crate) struct ContinueInput {}

/// Who forgot a password.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Forgot, example = json!({"publishableKey": "pk_test_…", "email": "ada@example.com"}))]
pub(crate) struct ForgotInput {
    #[schema(value_type = String, format = "email")]
    pub(crate) email: Email,
    #[schema(ignore)]
    pub(crate) way: WayBack,
}

/// A flow whose mail is wanted again.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = Resend, example = json!({"publishableKey": "pk_test_…", "flow": "…"}))]
pub(crate) struct ResendInput {
    /// As answered when the flow began.
    pub(crate) flow: String,
}

/// What a mail brought: the code of a flow, or the token of a link.
#[derive(Debug, ToSchema)]
#[schema(as = Verify, example = json!({"publishableKey": "pk_test_…", "flow": "…", "code": "424242"}))]
pub(crate) struct Proof {
    /// As answered when the flow began; goes with `code`.
    pub(crate) flow: Option<String>,
    /// Six digits.
    pub(crate) code: Option<String>,
    /// Of the link; instead of `flow` and `code`.
    pub(crate) token: Option<String>,
    /// Of the account, where a link is opened in another browser.
    #[schema(value_type = Option<String>)]
    pub(crate) password: Option<Zeroizing<String>>,
}

/// What a mail brought, and a new password.
#[derive(Debug, ToSchema)]
#[schema(as = Reset, example = json!({"publishableKey": "pk_test_…", "token": "…", "password": "several words together"}))]
pub(crate) struct ResetInput {
    /// As answered when the flow began; goes with `code`.
    #[schema(ignore)]
    pub(crate) proof: Proof,
    /// 8 to 256 characters.
    #[schema(value_type = String)]
    pub(crate) password: Zeroizing<String>,
}

/// The code of a way back, with its PKCE verifier.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = ExchangeCode, example = json!({"code": "…", "codeVerifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}))]
pub(crate) struct CodeInput {
    /// From the address the person came back with; 60 seconds, once.
    pub(crate) code: String,
    /// 43 to 128 characters (RFC 7636, 4.1).
    pub(crate) code_verifier: String,
}

/// A refresh token.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", as = RefreshTokenInput, example = json!({"refreshToken": "…"}))]
pub(crate) struct RefreshInput {
    pub(crate) refresh_token: String,
}

impl SignUpInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        let email = Email::parse(&fields.required_text("email")?)?;
        let password = new_password(fields, "password", email.as_str())?;
        Ok(Self {
            password,
            first_name: name(fields, "firstName")?,
            last_name: name(fields, "lastName")?,
            way: WayBack::read(fields)?,
            email,
        })
    }
}

impl SignInInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            email: Email::parse(&fields.required_text("email")?)?,
            password: given_password(fields, "password")?,
            way: WayBack::read(fields)?,
        })
    }
}

impl ForgotInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            email: Email::parse(&fields.required_text("email")?)?,
            way: WayBack::read(fields)?,
        })
    }
}

impl ResendInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            flow: short(fields, "flow")?.ok_or_else(|| missing("flow"))?,
        })
    }
}

impl Proof {
    /// With the password of the account, if it was sent.
    pub(crate) fn with_password(fields: &mut Fields) -> Result<Self> {
        let proof = Self::read(fields)?;
        let password = fields.text("password")?.map(Zeroizing::new);
        Ok(Self { password, ..proof })
    }

    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        let proof = Self {
            flow: short(fields, "flow")?,
            code: short(fields, "code")?,
            token: short(fields, "token")?,
            password: None,
        };
        if proof.token.is_none() && proof.code.is_none() {
            return Err(missing("code"));
        }
        Ok(proof)
    }
}

impl ResetInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            proof: Proof::read(fields)?,
            password: new_password(fields, "password", "")?,
        })
    }
}

impl CodeInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            code: short(fields, "code")?.ok_or_else(|| missing("code"))?,
            code_verifier: short(fields, "codeVerifier")?.ok_or_else(|| missing("codeVerifier"))?,
        })
    }
}

impl RefreshInput {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            refresh_token: short(fields, "refreshToken")?.ok_or_else(|| missing("refreshToken"))?,
        })
    }
}

/// A password that is about to be set; 422 names the field.
fn new_password(fields: &mut Fields, field: &str, email: &str) -> Result<Zeroizing<String>> {
    let given = Zeroizing::new(fields.required_text(field)?);
    password::check(field, &given, email)?;
    Ok(given)
}

/// A password that is compared: any text that could be one.
fn given_password(fields: &mut Fields, field: &str) -> Result<Zeroizing<String>> {
    let given = Zeroizing::new(fields.required_text(field)?);
    if given.chars().count() > password::CHARS_MAX {
        return Err(wrong(field, "is longer than any password"));
    }
    Ok(given)
}

/// A name, without the spaces around it; an empty one is none.
fn name(fields: &mut Fields, field: &str) -> Result<Option<String>> {
    let given = fields.text(field)?;
    let given = given.map(|name| name.trim().to_owned());
    given
        .filter(|name| !name.is_empty())
        .map(|name| check_name(field, &name))
        .transpose()
}

fn short(fields: &mut Fields, field: &str) -> Result<Option<String>> {
    let given = fields.text(field)?;
    if given.as_ref().is_some_and(|text| text.len() > SECRET_MAX) {
        return Err(wrong(field, "is longer than any of ours"));
    }
    Ok(given)
}
