//! Expressions that people try out.

pub mod evaluate;
mod wire;
