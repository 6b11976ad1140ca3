//! The binary as people and scripts use it: started, told things, stopped.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod backup;
mod commands;
mod door;
mod home;
mod loopback;
mod processes;
mod production;
mod sample;
mod sandbox;
mod server;
mod shutdown;
mod start;
