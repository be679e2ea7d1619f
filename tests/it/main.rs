//! One integration binary, one module per topic.

mod cli;
mod howto;
mod scenarios;
