//! The client of sign-in providers against an issuer on loopback that can be told to lie.
#![expect(clippy::unwrap_used, reason = "these are tests: what fails ends them")]

mod discovery;
mod issuer;
mod keys;
mod limits;
mod sign_in;
mod stage;
