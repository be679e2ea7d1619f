//! Plugins: installing, switching and removing them.

pub mod disable;
pub mod enable;
pub mod get;
pub mod inspect;
pub mod install;
pub mod list;
pub mod refused;
pub mod release;
pub mod remove;
pub mod rollback;
mod wire;
