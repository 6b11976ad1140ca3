//! How fields of answers are read: seconds become [`Millis`], references are ids, expanded or not.

use dream_domain::money::Currency;
use dream_domain::time::Millis;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// One page of a list.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// Seconds since 1970.
pub(super) fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Millis, D::Error> {
    i64::deserialize(from).map(moment)
}

/// Seconds since 1970, or nothing.
pub(super) fn maybe_seconds<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Millis>, D::Error> {
    Ok(Option::<i64>::deserialize(from)?.map(moment))
}

/// The id of another object, which may be there whole.
pub(super) fn reference<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Reference>::deserialize(from)?.map(Reference::id))
}

/// The same where there always is one.
pub(super) fn id_of<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Reference::deserialize(from).map(Reference::id)
}

/// A currency that Stripe takes.
pub(super) fn currency<'de, D: Deserializer<'de>>(from: D) -> Result<Currency, D::Error> {
    let text = String::deserialize(from)?;
    Currency::parse(&text).map_err(|_| D::Error::custom("unknown currency"))
}

/// The same, or nothing.
pub(super) fn maybe_currency<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Currency>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let parsed = text.map(|text| Currency::parse(&text)).transpose();
    parsed.map_err(|_| D::Error::custom("unknown currency"))
}

/// A value that is `null` where it is empty.
pub(super) fn or_empty<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(from)?.unwrap_or_default())
}

/// A key or token.
pub(super) fn secret<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(Zeroizing::new))
}

/// Seconds since 1970 as a moment.
pub(super) fn moment(seconds: i64) -> Millis {
    Millis(seconds.saturating_mul(1_000))
}

/// A moment as Stripe writes it.
pub(super) fn as_seconds(moment: Millis) -> i64 {
    moment.0.div_euclid(1_000)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
    Id(String),
    Whole { id: String },
}

impl Reference {
    fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Whole { id } => id,
        }
    }
}
