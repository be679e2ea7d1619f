//! Accounts: named access to outside systems.

pub mod delete;
pub mod get;
pub mod list;
pub mod save;
pub mod verify;
mod wire;
