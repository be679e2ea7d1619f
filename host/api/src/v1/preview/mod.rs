//! Previews: what would happen if a pipeline were started.

pub mod document;
pub mod named;
pub mod pipeline;
pub(crate) mod wire;
