//! `/api/v1`, resource by resource.

pub mod applications;
pub mod audit;
pub mod catalog;
pub mod events;
pub mod executions;
pub mod expressions;
pub mod filters;
pub mod operations;
pub mod pipelines;
pub mod plugins;
pub mod presets;
pub mod preview;
pub mod questions;
pub mod stages;
pub mod system;
pub mod tokens;
pub mod triggers;
