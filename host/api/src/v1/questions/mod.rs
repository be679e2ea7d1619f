//! Questions that people are asked.

pub mod answer;
pub mod get;
pub mod list;
pub(crate) mod wire;
