//! Connecting a developer's account to the platform: OAuth, <https://docs.stripe.com/connect/oauth-reference>.

use std::fmt;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::stripe::form::Form;
use crate::stripe::wire::Call;
use crate::stripe::{Client, Failure, Kind, read};

/// An account that was connected. The tokens are secrets; calls on its behalf need none of them.
#[derive(Clone, Deserialize)]
pub struct Connected {
    /// `acct_…`.
    #[serde(rename = "stripe_user_id")]
    pub account_id: String,
    /// `read_write` or `read_only`.
    pub scope: String,
    /// Whether the tokens are of live mode.
    pub livemode: bool,
    /// A key of that account for that mode.
    #[serde(default, deserialize_with = "read::secret")]
    pub access_token: Option<Zeroizing<String>>,
    /// What mints further keys, of the other mode too.
    #[serde(default, deserialize_with = "read::secret")]
    pub refresh_token: Option<Zeroizing<String>>,
    /// The key that the account's pages may show.
    #[serde(rename = "stripe_publishable_key")]
    pub publishable_key: Option<String>,
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connected")
            .field("account_id", &self.account_id)
            .field("scope", &self.scope)
            .field("livemode", &self.livemode)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Where a developer connects an account; none without a client id. `redirect` is registered with Stripe, letter
    /// for letter; `state` comes back with the code.
    pub fn authorize_url(&self, state: &str, redirect: &str) -> Option<String> {
        let query = Form::default()
            .with("response_type", "code")
            .with("client_id", self.client_id.as_ref()?)
            .with("scope", "read_write")
            .with("state", state)
            .with("redirect_uri", redirect);
        let base = &self.connect_base;
        Some(format!("{base}/oauth/authorize?{}", query.encoded()))
    }

    /// Exchanges a code for the account. It is tried once: a code that is sent twice ends the connection. Code
    /// `invalid_grant` if Stripe does not know it any more.
    pub async fn exchange(&self, code: &str) -> Result<Connected, Failure> {
        let form = Form::default()
            .with("grant_type", "authorization_code")
            .with("code", code);
        let call = Call {
            tries: 1,
            ..self.connect_call("/oauth/token", form)
        };
        self.wire.read(&call).await
    }

    /// Gives up access to an account. [`Kind::Unauthorized`] if there is none (any more).
    pub async fn deauthorize(&self, account: &str) -> Result<(), Failure> {
        let missing = || Failure::of(Kind::Refused, "No client id of the Stripe platform is set");
        let client_id = self.client_id.as_ref().ok_or_else(missing)?;
        let form = Form::default()
            .with("client_id", client_id)
            .with("stripe_user_id", account);
        let call = self.connect_call("/oauth/deauthorize", form);
        self.wire.read::<Value>(&call).await.map(|_| ())
    }

    fn connect_call(&self, path: &str, form: Form) -> Call<'_> {
        let url = format!("{}{path}", self.connect_base);
        Call::new(Method::POST, url, form, &self.connect_authorization)
    }
}
