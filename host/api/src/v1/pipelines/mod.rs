//! Pipelines: documents as written, with their revisions.

pub mod create;
pub mod delete;
pub mod get;
pub mod get_named;
pub mod list;
pub mod list_named;
pub mod order;
pub mod revision;
pub mod revisions;
pub mod save;
pub mod save_named;
mod wire;
