//! Write Mainsheet plugins in Rust.
