//! The rules of dream-api: no IO, no clock, no async. Everything here is a function of what it is given.

pub mod error;
pub mod id;
pub mod key;
pub mod logo;
pub mod money;
pub mod password;
pub mod period;
pub mod plan;
pub mod project;
pub mod text;
pub mod tier;
pub mod time;
pub mod usage;
pub mod user;
