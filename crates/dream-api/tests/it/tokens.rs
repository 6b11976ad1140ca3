//! User tokens: forged, stale, misplaced and revoked ones (JWT cases).

mod forged;
mod life;
mod presenting;
