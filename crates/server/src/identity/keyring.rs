//! The RS256 keys of this instance: the newest signs, older ones verify until they retire (rules 33).

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dream_domain::error::{Code, Error, Result};
use dream_domain::time::Millis;
use dream_store::Db;
use dream_store::signing_keys::{self, SigningKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::identity::seal::MasterKey;
use crate::random::Random;

/// The keys that count now.
pub(crate) struct Keyring {
    keys: ArcSwap<Keys>,
}

struct Keys {
    signing: Option<(Arc<str>, EncodingKey)>,
    verifying: Vec<(Arc<str>, DecodingKey)>,
    jwks: Value,
}

impl Keyring {
    pub(crate) fn empty() -> Self {
        let keys = Keys {
            signing: None,
            verifying: Vec::new(),
            jwks: json!({"keys": []}),
        };
        Self {
            keys: ArcSwap::from_pointee(keys),
        }
    }

    /// Reads the keys of the database, and makes the first one if there is none.
    pub(crate) async fn load(
        &self,
        db: &Db,
        master: &MasterKey,
        random: &Random,
        now: Millis,
    ) -> Result<()> {
        let mut stored = signing_keys::list(db, now).await?;
        if stored.is_empty() {
            signing_keys::add_first(db, &make(master, random, now).await?).await?;
            stored = signing_keys::list(db, now).await?;
        }
        let mut verifying = Vec::with_capacity(stored.len());
        let mut jwks = Vec::with_capacity(stored.len());
        for key in &stored {
            let public: Value =
                serde_json::from_str(&key.public_key).map_err(|e| damaged().because(e))?;
            let part = |name: &str| public.get(name).and_then(Value::as_str).ok_or_else(damaged);
            let decoding = DecodingKey::from_rsa_components(part("n")?, part("e")?)
                .map_err(|e| damaged().because(e))?;
            verifying.push((key.kid.clone(), decoding));
            jwks.push(public);
        }
        let newest = stored
            .iter()
            .find(|key| key.retires_at.is_none())
            .ok_or_else(damaged)?;
        let private = master.open(&belongs_to(&newest.kid), &newest.sealed)?;
        let private = EncodingKey::from_rsa_pem(&private).map_err(|e| damaged().because(e))?;
        let signing = Some((newest.kid.clone(), private));
        self.keys.store(Arc::new(Keys {
            signing,
            verifying,
            jwks: json!({ "keys": jwks }),
        }));
        Ok(())
    }

    /// Makes a new signing key; the one before verifies until `old_ends`.
    pub(crate) async fn rotate(
        &self,
        db: &Db,
        master: &MasterKey,
        random: &Random,
        now: Millis,
        old_ends: Millis,
    ) -> Result<Arc<str>> {
        let key = make(master, random, now).await?;
        signing_keys::rotate(db, &key, old_ends).await?;
        self.load(db, master, random, now).await?;
        Ok(key.kid)
    }

    /// The public keys, as `/.well-known/jwks.json` answers them.
    pub(crate) fn jwks(&self) -> Value {
        self.keys.load().jwks.clone()
    }

    pub(crate) fn sign(&self, claims: &Value) -> Result<String> {
        let keys = self.keys.load();
        let (kid, key) = keys
            .signing
            .as_ref()
            .ok_or_else(|| Code::NotReady.error("There is no signing key yet"))?;
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
        header.kid = Some(kid.to_string());
        jsonwebtoken::encode(&header, claims, key).map_err(|e| {
            Code::Internal
                .error("A token could not be signed")
                .because(e)
        })
    }

    pub(crate) fn verifying(&self, kid: &str) -> Option<DecodingKey> {
        self.keys
            .load()
            .verifying
            .iter()
            .find(|(name, _)| **name == *kid)
            .map(|(_, key)| key.clone())
    }
}

async fn make(master: &MasterKey, random: &Random, now: Millis) -> Result<SigningKey> {
    let made = tokio::task::spawn_blocking(|| KeyPair::generate(KeySize::Rsa2048)).await;
    let failed = || Code::Internal.error("A signing key could not be made");
    let pair = made
        .map_err(|e| failed().because(e))?
        .map_err(|_| failed())?;
    let private: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().map_err(|_| failed())?;
    let public = pair.public_key();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let n = encode(public.modulus().big_endian_without_leading_zero());
    let e = encode(public.exponent().big_endian_without_leading_zero());
    let kid: Arc<str> = format!("rsa_{}", encode(&random.bytes::<12>())).into();
    let jwk = json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e});
    let sealed = master.seal(random, &belongs_to(&kid), pem(private.as_ref()).as_bytes())?;
    Ok(SigningKey {
        kid,
        sealed: sealed.into(),
        public_key: jwk.to_string().into(),
        created_at: now,
        retires_at: None,
    })
}

/// PKCS#8 as PEM (RFC 7468), which the signing library reads.
fn pem(pkcs8: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(STANDARD.encode(pkcs8));
    let mut pem = Zeroizing::new(String::from("-----BEGIN PRIVATE KEY-----\n"));
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

fn belongs_to(kid: &str) -> String {
    format!("signing_keys/{kid}")
}

fn damaged() -> Error {
    Code::Internal.error("A stored signing key is damaged")
}
