//! Configuration, wiring, command line: the binary `mainsheet`.
//!
//! `mainsheet serve` is the only verb that knows the host: [`serve`] opens the parts and hands them to each other. Every
//! other verb is a client of the HTTP interface, so that what a person can do here, a program can do there.

pub mod cli;
pub mod config;
pub mod environment;
pub mod serve;
pub mod shutdown;
pub mod telemetry;

pub use cli::main;
