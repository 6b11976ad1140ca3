//! ID tokens: the signature first, then every claim (Core 3.1.3.7).

use dream_domain::time::Millis;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::oidc::{Failure, Person};

/// Algorithms that are verified, by name. No `none`, and nothing symmetric.
pub(super) const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("ES256", Algorithm::ES256),
];

/// What another clock may be off, in seconds.
const SKEW_SECONDS: i64 = 60;
/// How old a token may be that was made for a sign-in of just now, in seconds.
const AGE_MAX_SECONDS: i64 = 600;
/// Ids of people are at most this long (Core 2).
const SUBJECT_MAX: usize = 255;
/// No issuer's token is longer, in bytes.
const TOKEN_MAX_BYTES: usize = 64 * 1024;

/// What a token says of its own signature, before it is believed.
pub(super) struct Head {
    pub(super) algorithm: Algorithm,
    pub(super) algorithm_name: &'static str,
    pub(super) kid: Option<String>,
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Millis,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    #[serde(flatten)]
    profile: Profile,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What is told of a person, in the token or by the userinfo endpoint (Core 5.1).
#[derive(Deserialize)]
pub(super) struct Profile {
    email: Option<String>,
    email_verified: Option<Verified>,
    given_name: Option<String>,
    family_name: Option<String>,
    name: Option<String>,
}

/// Some issuers send the word instead of the value.
#[derive(Deserialize)]
#[serde(untagged)]
enum Verified {
    Value(bool),
    Word(String),
}

/// Reads which key a token wants; refuses algorithms that are not verified.
pub(super) fn head(token: &str) -> Result<Head, Failure> {
    if token.len() > TOKEN_MAX_BYTES {
        return Err(invalid("is larger than 64 KiB"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| invalid("cannot be read"))?;
    let known = ALGORITHMS.iter().find(|(_, known)| *known == header.alg);
    let (name, algorithm) = known.ok_or_else(|| invalid("is signed in a way we do not verify"))?;
    if header.crit.is_some() {
        return Err(invalid("asks for extensions we do not know"));
    }
    Ok(Head {
        algorithm: *algorithm,
        algorithm_name: name,
        kid: header.kid,
    })
}

/// Verifies a token: whom it is about.
pub(super) fn verify(
    token: &str,
    head: &Head,
    key: &DecodingKey,
    expected: &Expected<'_>,
) -> Result<Person, Failure> {
    // Times and audience are checked below, against the clock that was handed in.
    let mut validation = Validation::new(head.algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, key, &validation)
        .map_err(|_| invalid("has a wrong signature or lacks claims"))?
        .claims;
    check(&claims, expected)?;
    claims.profile.of(claims.sub)
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), Failure> {
    let now = expected.now.0.div_euclid(1000);
    let ours = |party: &str| party == expected.client_id;
    let (named, several) = match &claims.aud {
        Audience::One(party) => (ours(party), false),
        Audience::Many(parties) => (parties.iter().any(|p| ours(p)), parties.len() > 1),
    };
    let wrong = if claims.iss != expected.issuer {
        "is of another issuer"
    } else if !named {
        "is for another client"
    } else if claims.azp.as_deref().map_or(several, |party| !ours(party)) {
        "was asked for by another client"
    } else if claims.nonce.as_deref() != Some(expected.nonce) {
        "is of another sign-in"
    } else if claims.exp.saturating_add(SKEW_SECONDS) <= now {
        "has expired"
    } else if claims.nbf.is_some_and(|from| from > now + SKEW_SECONDS) {
        "is not valid yet"
    } else if claims.iat > now + SKEW_SECONDS {
        "was made in the future"
    } else if claims.iat < now - AGE_MAX_SECONDS {
        "was made too long ago"
    } else {
        return Ok(());
    };
    Err(invalid(wrong))
}

impl Profile {
    /// The person with this id.
    pub(super) fn of(self, subject: String) -> Result<Person, Failure> {
        let visible = subject.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if subject.is_empty() || subject.len() > SUBJECT_MAX || !visible {
            return Err(invalid("names a person in a way that is not allowed"));
        }
        let verified = match self.email_verified {
            Some(Verified::Value(value)) => value,
            Some(Verified::Word(word)) => word == "true",
            None => false,
        };
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let email = given(self.email);
        Ok(Person {
            subject,
            email_verified: verified && email.is_some(),
            email,
            given_name: given(self.given_name),
            family_name: given(self.family_name),
            name: given(self.name),
        })
    }
}

fn invalid(what: &str) -> Failure {
    Failure::Invalid(format!("The ID token {what}"))
}
