//! Nouns, states, validation and guards.
//!
//! Pure: no clock, no I/O, no async. What is persisted derives `serde`, because the store keeps a stage's body as one
//! JSON value (docs/decisions/0002-persisted-domain-types.md); HTTP and WIT shapes live elsewhere and are converted in named files.

pub mod account;
pub mod application;
pub mod artifact;
pub mod audit;
pub mod code;
pub mod environment;
pub mod evaluation;
pub mod execution;
pub mod failure;
pub mod id;
pub mod notification;
pub mod operation;
pub mod params;
pub mod pipeline;
pub mod plugin;
pub mod principal;
pub mod problem;
pub mod question;
pub mod secret;
pub mod stage;
pub mod time;
pub mod trigger;
pub mod window;

pub use failure::{Failure, FailureClass};
pub use id::{Digest, ExecutionId, PipelineId, StageId};
pub use params::Params;
pub use problem::Problem;
pub use time::Timestamp;
