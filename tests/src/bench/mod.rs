//! Benchmarks of the real server, beside what this machine can do at all (reference performance-and-reliability.md §5).

pub mod expressions;
pub mod figures;
pub mod floor;
pub mod observer;
pub mod recovery;
pub mod steps;
pub mod waiting;
pub mod workload;
