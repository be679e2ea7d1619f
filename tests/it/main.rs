//! One integration binary, one module per topic.

mod engine;
mod scenarios;
