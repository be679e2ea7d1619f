//! The test bed: scenarios, and real servers with real components and a clock moved by hand.

pub mod scenario;
