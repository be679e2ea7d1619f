//! The whole interface, through the real router, with a real store and a clock moved by hand.

mod accounts;
mod applications;
mod client;
mod contract;
mod executions;
mod expressions;
mod input;
mod lists;
mod pipelines;
mod plugins;
mod questions;
mod serving;
mod streaming;
mod tokens;

use client::Client;
