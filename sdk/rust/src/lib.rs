//! Write Mainsheet plugins in Rust.
//!
//! A plugin is a crate of type `["cdylib", "rlib"]` with one function that declares it and one macro that exports it:
//!
//! - a **stage** decides: [`stage::StagePlugin`], one async function over a [`flow::Flow`], [`export_stages!`];
//! - a **provider** acts: [`provider::ProviderPlugin`], one function per operation and query, [`export_provider!`];
//! - a **trigger** listens: [`trigger::TriggerPlugin`], [`export_trigger!`].
//!
//! Configurations are structs under [`config`](macro@config). Case files under `cases/` are run by [`cases`] natively, without a host; how to begin stands
//! in `docs/howto/add-a-stage.md`. For the component: `cargo build --profile plugin --target wasm32-wasip2`.

extern crate self as mainsheet_sdk;

pub mod bindings;
pub mod blobs;
mod call;
#[cfg(not(target_arch = "wasm32"))]
pub mod cases;
pub mod config;
mod failure;
pub mod flow;
pub mod http;
mod json;
pub mod jsonpath;
pub mod log;
pub mod manifest;
pub mod provider;
pub mod sign;
pub mod stage;
pub mod trigger;

pub use call::{Account, Meta};
pub use failure::{Failure, FailureClass, code};
pub use mainsheet_sdk_macros::config;
#[doc(hidden)]
pub use {schemars, serde, serde_json, wit_bindgen};

/// What a plugin's `lib.rs` usually wants.
pub mod prelude {
    pub use crate::config::{Csv, Flag, Integer, Millis, Seconds};
    pub use crate::flow::{Either, Flow, join, join_all, select, select_all};
    pub use crate::stage::{Cancel, Cause, Finish, Operation, Problem, Query, Question, Stage, StagePlugin, Status};
    pub use crate::{Failure, FailureClass, code, config};
    pub use serde_json::{Map, Value, json};
}
