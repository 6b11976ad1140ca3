//! The rules of dream-api: no IO, no clock, no async. Everything here is a function of what it is given.

pub mod error;
pub mod id;
pub mod image;
pub mod key;
pub mod money;
pub mod order;
pub mod password;
pub mod period;
pub mod plan;
pub mod project;
pub mod revenue;
pub mod subscription;
pub mod text;
pub mod tier;
pub mod time;
pub mod usage;
pub mod user;
