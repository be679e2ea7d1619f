//! Applications: what pipelines and permissions hang from.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod save;
mod wire;
