//! HTTP itself: time-outs, limits, shutting down, headers, documents.

mod documents;
mod headers;
mod limits;
mod polled;
mod production;
mod shutdown;
mod timeouts;
