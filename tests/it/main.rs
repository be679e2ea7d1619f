//! One integration binary, one module per topic.

mod cli;
mod engine;
mod howto;
mod scenarios;
