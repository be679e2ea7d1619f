//! One integration binary, one module per topic.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

mod accounts;
mod cli;
mod engine;
mod eval;
mod howto;
mod http;
mod presets;
mod preview;
mod scenarios;
mod sim;
mod traps;
