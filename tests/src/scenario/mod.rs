//! Scenarios: one claim a file, as pipeline, script and timeline. Played twice: against `decide` and native stage logic, and
//! against the whole server with real components and a clock moved by hand.

pub mod convert;
pub mod file;
pub mod native;
pub mod outside;
pub mod pure;
pub mod record;
pub mod timeline;
pub mod whole;
pub mod world;

pub use file::{Act, Exchange, Scenario, Shown, Step};
