//! Secret and publishable keys: how they are sent, replaced and guessed.

mod cors;
mod lifecycle;
mod presenting;
