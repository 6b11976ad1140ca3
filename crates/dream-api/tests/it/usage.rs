//! `POST /api/data` and `GET /api/usage`.

mod amounts;
mod answers;
mod changes;
mod exact;
mod keyed;
mod periods;
mod ways;
