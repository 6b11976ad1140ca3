//! People sign up, sign in and stay safe (cases ACC, SES, RED; rules 26-32).

mod account;
mod codes;
pub(crate) mod developers;
mod exchange;
mod pages;
mod sign_up;
