//! Presets: stage types that operators make of others.

pub mod delete;
pub mod get;
pub mod list;
pub mod save;
mod wire;
