//! Calls, by world.

mod provider;
mod stage;
mod trigger;
