//! HTTP itself: bodies, pages, problems, who is at the other end. Knows no noun.

pub(crate) mod body;
pub(crate) mod etag;
pub(crate) mod json;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod peer;
pub(crate) mod problem;
