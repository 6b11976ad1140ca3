//! Who someone is: signing keys, claims, sessions, codes, the way back to an app, and secrets at rest.

pub(crate) mod attempts;
pub(crate) mod claims;
pub(crate) mod codes;
pub(crate) mod invite;
pub(crate) mod keyring;
pub(crate) mod offered;
pub(crate) mod person;
pub mod seal;
pub(crate) mod secret;
pub(crate) mod sign_in;
pub(crate) mod verified;
pub(crate) mod way_back;
