//! API tokens.

pub mod create;
pub mod list;
pub mod me;
pub mod revoke;
mod wire;
