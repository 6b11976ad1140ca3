//! Tokens that nobody minted: real ones with changed claims, signed with keys of our own or with the
//! server's, which the tests can unseal because they chose its master key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::Value;

use crate::api::Api;
use crate::project::Project;
use crate::server::{MASTER_KEY, cli};

/// Signs claims.
pub(crate) struct Signer {
    pub(crate) kid: String,
    key: EncodingKey,
}

impl Signer {
    /// A fresh key, which no server knows.
    pub(crate) fn own(kid: &str) -> Self {
        install();
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let text = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        Self {
            kid: kid.to_owned(),
            key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        }
    }

    /// The key that the server signs with.
    pub(crate) async fn of(api: &Api) -> Self {
        install();
        let sql = "select kid, sealed from signing_keys where retires_at is null";
        let mut rows = api.database().look(sql).await;
        let row = rows.pop().unwrap();
        let [kid, sealed] = row.try_into().unwrap();
        let pem = unseal(&format!("signing_keys/{kid}"), &sealed);
        Self {
            key: EncodingKey::from_rsa_pem(&pem).unwrap(),
            kid,
        }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.clone());
        self.sign_with(&header, claims)
    }

    /// Signs anything, such as JSON that no map can hold.
    pub(crate) fn sign_with(&self, header: &Header, claims: &impl Serialize) -> String {
        jsonwebtoken::encode(header, claims, &self.key).unwrap()
    }
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// One part of a token.
pub(crate) fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token of another developer, who has a platform with a project of his own.
pub(crate) async fn other_developer(api: &Api, email: &str) -> String {
    let arguments = [
        "project", "create", "--name", "Other", "--kind", "saas", "--owner", email,
    ];
    let made = cli(api, &arguments);
    let user = made["owner"]["id"].as_str().unwrap();
    let mut claims = claims(api.developer());
    let root = claims["publishableKey"].as_str().unwrap();
    let session = format!("sess_{}", user.trim_start_matches("user_"));
    let plant = format!(
        "insert into sessions (publishable_key, session_id, user_id, created_at, expires_at, revoked_at)
         values ('{root}', '{session}', '{user}', 0, {}, null)",
        i64::MAX
    );
    api.database().plant(&plant).await;
    claims["sub"] = user.into();
    claims["sid"] = session.into();
    Signer::of(api).await.sign(&claims)
}

/// A project of another developer.
pub(crate) async fn other_project(api: &Api, email: &str, body: Value) -> (Project, String) {
    let developer = other_developer(api, email).await;
    let project = Project::make_as(api, &developer, body).await;
    (project, developer)
}

/// What the server has sealed for an owner.
pub(crate) fn unseal(belongs_to: &str, sealed: &str) -> Vec<u8> {
    let key = STANDARD.decode(MASTER_KEY).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let mut bytes = STANDARD.decode(sealed).unwrap();
    let rest = bytes.split_off(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(&bytes).unwrap();
    let mut rest = rest;
    let plain = key.open_in_place(nonce, Aad::from(belongs_to), &mut rest);
    plain.unwrap().to_vec()
}

/// The same, sealed as the server would.
pub(crate) fn seal(belongs_to: &str, plain: &[u8]) -> String {
    let key = STANDARD.decode(MASTER_KEY).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let nonce = [7; NONCE_LEN];
    let mut bytes = plain.to_vec();
    let unique = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(unique, Aad::from(belongs_to), &mut bytes)
        .unwrap();
    STANDARD.encode([&nonce[..], &bytes].concat())
}

/// The choice of cryptography that the binary makes too.
fn install() {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
