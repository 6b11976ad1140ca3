//! What all ways of signing in share: tries, codes, sessions, and the way back to the app.

pub(crate) mod answer;
pub(crate) mod attempts;
pub(crate) mod codes;
pub(crate) mod invite;
pub(crate) mod offered;
pub(crate) mod person;
pub(crate) mod sealed;
pub(crate) mod session;
pub(crate) mod way_back;
