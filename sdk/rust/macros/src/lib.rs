//! Macros of the Rust SDK.
