//! An issuer's public keys (RFC 7517). A set with one key in it that nobody should trust is refused
//! whole: whoever could put it there could have put others.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::oidc::Failure;
use crate::oidc::fetch;
use crate::oidc::id_token::Head;

/// Sizes of RSA keys that are believed and that can be verified with, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// More keys than this no issuer has.
const KEYS_MAX: usize = 100;

/// The keys of one issuer that can verify.
pub(super) struct Keys(Vec<Key>);

struct Key {
    kid: Option<String>,
    /// The one algorithm it is for, if it says so.
    algorithm: Option<String>,
    family: Family,
    key: DecodingKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Rsa,
    P256,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private half.
    d: Option<IgnoredAny>,
}

impl Keys {
    /// Reads a set; refuses it whole if anything in it is poison.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let document: Document = fetch::json("key set", body)?;
        if document.keys.len() > KEYS_MAX {
            return Err(poison("more than 100 keys"));
        }
        let mut named = HashSet::new();
        let mut keys = Vec::new();
        for jwk in &document.keys {
            if jwk.kid.as_ref().is_some_and(|kid| !named.insert(kid)) {
                return Err(poison("two keys of the same name"));
            }
            if jwk.d.is_some() {
                return Err(poison("a private key"));
            }
            let Some((family, key)) = jwk.key()? else {
                continue;
            };
            if jwk.used_for.as_deref().is_none_or(|used| used == "sig") {
                keys.push(Key {
                    kid: jwk.kid.clone(),
                    algorithm: jwk.alg.clone(),
                    family,
                    key,
                });
            }
        }
        if keys.is_empty() {
            return Err(poison("no key that can verify a signature"));
        }
        Ok(Self(keys))
    }

    /// The key a token names. A token without a name fits only a set of one key (Core 10.1).
    pub(super) fn find(&self, head: &Head) -> Option<DecodingKey> {
        let family = match head.algorithm {
            Algorithm::ES256 => Family::P256,
            _ => Family::Rsa,
        };
        let name = head.algorithm_name;
        let fits = |key: &&Key| {
            let named = match &head.kid {
                Some(kid) => key.kid.as_ref() == Some(kid),
                None => self.0.len() == 1,
            };
            let meant = key.algorithm.as_deref().is_none_or(|only| only == name);
            named && meant && key.family == family
        };
        self.0.iter().find(fits).map(|key| key.key.clone())
    }
}

impl Jwk {
    /// The key, if it is of a kind that we verify with.
    fn key(&self) -> Result<Option<(Family, DecodingKey)>, Failure> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            // A shared secret that is published is none.
            ("oct", _) => Err(poison("a symmetric key")),
            ("RSA", _) => Ok(Some((Family::Rsa, self.rsa()?))),
            ("EC", Some("P-256")) => Ok(Some((Family::P256, self.p256()?))),
            _ => Ok(None),
        }
    }

    fn rsa(&self) -> Result<DecodingKey, Failure> {
        let (n, e) = (number(self.n.as_deref())?, number(self.e.as_deref())?);
        let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(poison("an RSA key that is not of 2048 to 8192 bits"));
        }
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        if !odd(&n) || !odd(&e) || e == [1] || e.len() > 8 {
            return Err(poison("an RSA key that is not one"));
        }
        Ok(DecodingKey::from_rsa_raw_components(&n, &e))
    }

    fn p256(&self) -> Result<DecodingKey, Failure> {
        let part = |text: Option<&str>| {
            let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
            bytes.is_some_and(|bytes| bytes.len() == 32)
        };
        let broken = || poison("an elliptic-curve key that is not one");
        let (Some(x), Some(y)) = (&self.x, &self.y) else {
            return Err(broken());
        };
        if !part(Some(x)) || !part(Some(y)) {
            return Err(broken());
        }
        DecodingKey::from_ec_components(x, y).map_err(|_| broken())
    }
}

/// A big-endian number without leading zeros.
fn number(text: Option<&str>) -> Result<Vec<u8>, Failure> {
    let text = text.unwrap_or_default().trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| poison("an RSA key that cannot be read"))?;
    Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

fn poison(what: &str) -> Failure {
    Failure::Invalid(format!(
        "The key set of the issuer holds {what}; it is not used"
    ))
}
