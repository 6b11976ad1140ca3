//! What developers pay the platform: its own plan, on the operator's own account, and what happens without it.

mod buying;
mod desk;
mod enforced;
mod refusals;
