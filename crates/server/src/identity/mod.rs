//! Who a token speaks for: signing keys, claims, what was verified, and secrets.

pub(crate) mod claims;
pub(crate) mod keyring;
pub mod seal;
pub(crate) mod secret;
pub(crate) mod verified;
