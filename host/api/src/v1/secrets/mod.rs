//! The operator's secrets: names and times, never values.

pub mod delete;
pub mod list;
pub mod rotate;
pub mod save;
