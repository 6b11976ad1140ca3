//! The two engines behind [`crate::Db`].

pub(crate) mod owner;
pub(crate) mod postgres;
pub(crate) mod readers;
pub(crate) mod sqlite;
pub(crate) mod unfolded;
pub(crate) mod writer;
