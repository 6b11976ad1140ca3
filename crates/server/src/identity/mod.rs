//! Who a token speaks for: signing keys, tokens, and the sessions behind them.

pub(crate) mod claims;
pub(crate) mod keyring;
pub(crate) mod seal;
pub(crate) mod tokens;
