//! The commands other than `serve`.

pub(crate) mod admin;
pub(crate) mod config;
mod consent;
pub(crate) mod database;
pub(crate) mod doctor;
pub(crate) mod openapi;
pub(crate) mod sandbox;
