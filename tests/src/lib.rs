//! The test bed: scenarios, and real servers with real components and a clock moved by hand.

pub mod bed;
pub mod bench;
pub mod http;
pub mod process;
pub mod scenario;
pub mod sim;
pub mod sink;
pub mod soak;
pub mod terminal;
