//! Small clients of outside services. They know nothing of the rest but the domain.

pub mod mail;
pub mod objects;
pub mod oidc;
pub mod sandbox;
pub mod stripe;
mod tls;
